"""Small recipes over the public tables, one of each layout and oddity."""

from __future__ import annotations

from pathlib import Path

from cds.risk.recipe import Recipe, parse_recipe

HEAD = """
name = "test"
version = "1"
outcome = {{en = "outcome"}}
purpose = {{en = "test"}}
not_for = {{en = "use"}}
source = {{title = "t", licence = "l", {source}}}
time = {{anchor = "{anchor}"}}
"""


def recipe_text(body: str, source: str = 'data = "table.csv"', anchor: str = "moment") -> str:
    return HEAD.format(source=source, anchor=anchor) + body


def recipe_from(text: str, folder: Path) -> Recipe:
    path = folder / "recipe.toml"
    path.write_text(text, encoding="utf-8")
    return parse_recipe(path)


def concept(name: str, column: str, more: str = "") -> str:
    return f'[[concept]]\nname = "{name}"\ncolumn = "{column}"\n{more}\n'


def features(*names: str, aggregates: str = '"last"', windows: str = "") -> str:
    listed = ", ".join(f'"{name}"' for name in names)
    return f"[[feature_set]]\nconcepts = [{listed}]\naggregates = [{aggregates}]\n{windows}\n"


SEX = '[[feature]]\nname = "is_male"\nconcept = "sex"\nlevels = {male = 1, female = 0}\n'

HEART = recipe_text(
    """
[table]
layout = "wide"
header = false
columns = ["age","sex","cp","trestbps","chol","fbs","restecg","thalach","exang","oldpeak","slope","ca","thal","num"]
missing = ["?"]
label = "num"
positive = ["1", "2", "3", "4"]
"""
    + concept("age", "age")
    + concept("sex", "sex", 'map = {"1" = "male", "0" = "female"}')
    + concept("systolic_bp", "trestbps", "zero_is_missing = true")
    + concept("cholesterol_total", "chol", "zero_is_missing = true")
    + concept("exercise_angina", "exang")
    + SEX
    + '[[feature]]\nname = "angina"\nconcept = "exercise_angina"\naggregate = "present"\n'
    + features(
        "age", "systolic_bp", "cholesterol_total", aggregates='"last", "count", "mean", "range"'
    )
    + '[[feature]]\nname = "cholesterol_si"\nconcept = "cholesterol_total"\nunit = "mmol/L"\n'
    + '[[feature]]\nname = "load"\nexpression = "age_last * systolic_bp_last / 100"\n'
    + '[eligibility]\nrequired = ["age"]\nage = [30, 70]\n'
    + '[report]\nleave_one_out = "site"\nsubgroups = ["sex", "age_band"]\n',
    source='data = {cleveland = "clinical/uci_heart/processed.cleveland.data", '
    'switzerland = "clinical/uci_heart/processed.switzerland.data"}',
)

ICU = recipe_text(
    """
[table]
layout = "long"
id = "RecordID"
time = "minute"
time_unit = "min"
parameter = "parameter"
value = "value"
label = "In-hospital_death"
positive = ["1"]
"""
    + concept("age", "Age")
    + concept("sex", "Gender", 'map = {"1" = "male", "0" = "female"}\nmissing = ["-1"]')
    + concept("height", "Height", 'missing = ["-1"]')
    + concept("heart_rate", "HR")
    + concept("gcs_total", "GCS")
    + concept("creatinine", "Creatinine", 'unit = "mg/dL"')
    + concept("temperature", "Temp")
    + concept("mechanical_ventilation", "MechVent")
    + '[[concept]]\nname = "care_setting"\nconstant = "icu"\n'
    + SEX
    + features("age", "height")
    + features(
        "heart_rate",
        "gcs_total",
        "creatinine",
        "temperature",
        aggregates='"last","first","min","max","mean","std","slope","delta","range","sum","count","time_since_last","time_since_first","present"',
        windows="windows = [[0, 48], [24, 48]]",
    )  # fmt: skip
    + features("mechanical_ventilation", aggregates='"present","count"', windows="windows=[[0,24]]")
    + '[eligibility]\nsetting = ["icu"]\nminimum = {count = 2, of = ["heart_rate", "gcs_total", "creatinine"]}\n'
    + '[report]\nsubgroups = ["sex"]\n',
    source='data = "clinical/physionet2012/set-a.parquet", labels = "clinical/physionet2012/Outcomes-a.txt"',
    anchor="start",
)

_CHANNELS = {
    "heart_rate": "HR", "oxygen_saturation": "O2Sat", "temperature": "Temp", "systolic_bp": "SBP",
    "mean_bp": "MAP", "respiratory_rate": "Resp", "creatinine": "Creatinine", "lactate": "Lactate",
    "white_blood_cells": "WBC", "platelets": "Platelets", "glucose": "Glucose",
    "potassium": "Potassium",
}  # fmt: skip

SEPSIS = recipe_text(
    """
[table]
layout = "panel"
id = "patient"
time = "ICULOS"
time_unit = "h"
label = "SepsisLabel"
positive = ["1"]
"""
    + "".join(concept(name, column) for name, column in _CHANNELS.items())
    + concept("age", "Age")
    + concept("hours_from_hospital_to_icu", "HospAdmTime", "factor = -1.0")
    + features("age", "hours_from_hospital_to_icu")
    + features(*_CHANNELS, aggregates='"last","time_since_last","count","slope","delta"')
    + features(*_CHANNELS, aggregates='"min","max","mean","std","sum"', windows="windows = [6]")
    + '[[feature]]\nname = "shock_index"\nexpression = "heart_rate_last / systolic_bp_last"\n',
    source='data = "clinical/physionet2019/setB_first9271.dev.parquet"',
)

SUPPORT = recipe_text(
    """
[table]
layout = "wide"
id = "row_id"
label = "hospdead"
positive = ["1"]
drop = [{column = "d.time", why = "leaks death"}]
"""
    + concept("age", "age")
    + concept("sex", "sex")
    + concept("albumin", "alb", 'unit = "g/L"\nfactor = 10.0')
    + concept("diabetes", "diabetes")
    + concept("cancer_status", "ca", 'map = {"no" = "none", "yes" = "localized"}')
    + SEX
    + '[[feature]]\nname = "cancer"\nconcept = "cancer_status"\nlevels = {none = 0, localized = 1, metastatic = 2}\n'
    + '[[feature]]\nname = "diabetic"\nconcept = "diabetes"\naggregate = "present"\n'
    + features("age", "albumin"),
    source='data = "clinical/support2/support2.dev.csv.gz"',
)

READMISSION = recipe_text(
    """
[table]
layout = "wide"
id = "encounter_id"
group = "patient_nbr"
missing = ["?"]
label = "readmitted"
positive = ["<30"]
exclude = [{column = "discharge_disposition_id", values = ["11", "13", "14", "19", "20", "21"], why = "died or hospice"}]
"""
    + concept("sex", "gender")
    + concept(
        "age", "age", 'map = {"[50-60)" = 55, "[60-70)" = 65, "[70-80)" = 75, "[80-90)" = 85}'
    )
    + concept("principal_diagnosis", "diag_1")
    + concept(
        "hba1c_result",
        "A1Cresult",
        'map = {"None" = "not_measured", "Norm" = "normal", ">7" = "above_7", ">8" = "above_8"}',
    )
    + '[[concept]]\nname = "inpatient_stays_last_year"\ncolumn = "number_inpatient"\n'
    + SEX
    + features("age", "inpatient_stays_last_year")
    + """
[[feature]]
name = "diagnosis"
concept = "principal_diagnosis"
categorical = true
levels = {other = 0, circulatory = 1, diabetes = 2, injury = 3}
levels_prefix = {"250" = "diabetes", "E11" = "diabetes"}
levels_range = {"390-459" = "circulatory", "785" = "circulatory", "I00-I99" = "circulatory", "800-999" = "injury"}
other = 0
[[feature]]
name = "hba1c"
concept = "hba1c_result"
categorical = true
""",
    source='data = "clinical/diabetes130/diabetic_data.dev.parquet"',
)

BRFSS = recipe_text(
    """
[table]
layout = "wide"
label = "diabetes_binary"
positive = ["1"]
"""
    + concept("bmi", "body_mass_index")
    + concept("hypertension", "high_blood_pressure")
    + concept("age", "age", 'map = {"1" = 21, "2" = 27, "13" = 83}')
    + concept(
        "general_health",
        "general_health",
        'map = {"1" = "excellent", "2" = "very_good", "3" = "good", "4" = "fair", "5" = "poor"}',
    )
    + features("bmi")
    + '[[feature]]\nname = "health"\nconcept = "general_health"\nlevels = {excellent = 1, very_good = 2, good = 3, fair = 4, poor = 5}\n'
    + '[[feature]]\nname = "pressure"\nconcept = "hypertension"\naggregate = "present"\n'
    + '[report]\nsubgroups = ["general_health"]\n',
    source='data = "clinical/brfss2015_5050/brfss2015_5050.parquet"',
)

NHANES = recipe_text(
    """
[table]
layout = "wide"
id = "id"
label_expression = "(followup_years_signed > 0 and followup_years_signed <= 10) / (followup_years_signed > 0 or followup_years_signed < -10)"
"""
    + concept("age", "Age")
    + concept("sex", "Sex", 'map = {"1" = "male", "2" = "female"}')
    + concept("cholesterol_total", "Serum Cholesterol", 'unit = "mg/dL"')
    + SEX
    + features("age", "cholesterol_total")
    + '[[feature]]\nname = "log_age"\nexpression = "log(age_last)"\n',
    source='data = "clinical/nhanes1/nhanes1.dev.csv"',
)

ALL = {
    "uci_heart": HEART, "physionet2012": ICU, "physionet2019": SEPSIS, "support2": SUPPORT,
    "diabetes130": READMISSION, "brfss2015_5050": BRFSS, "nhanes1": NHANES,
}  # fmt: skip
