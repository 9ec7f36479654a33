"""Levels of categorical findings in words, English and Chinese.

A level that is not in the table is shown by its name with spaces.
"""

from __future__ import annotations

# level | English, empty where the level's own words will do | Chinese
_TABLE = """
male||男
female||女
typical_angina||典型心绞痛
atypical_angina||不典型心绞痛
non_anginal_pain|non-anginal pain|非心绞痛性胸痛
asymptomatic||无症状
normal||正常
st_t_abnormality|ST-T abnormality|ST-T异常
left_ventricular_hypertrophy||左心室肥厚
upsloping||上斜型
flat||水平型
downsloping||下斜型
fixed_defect||固定缺损
reversible_defect||可逆缺损
outpatient||门诊
emergency||急诊
inpatient||住院
icu|ICU|重症监护
coronary|coronary care|冠心病监护
cardiac_surgery||心脏外科
medical||内科
surgical||外科
arf_mosf_with_sepsis|respiratory or multi-organ failure with sepsis|呼吸衰竭或多器官衰竭伴脓毒症
cirrhosis||肝硬化
copd|COPD|慢性阻塞性肺疾病
coma||昏迷
chf|congestive heart failure|充血性心力衰竭
colon_cancer||结肠癌
lung_cancer||肺癌
mosf_with_malignancy|multi-organ failure with malignancy|多器官衰竭伴恶性肿瘤
none||无
localized||局限
metastatic||转移
urgent||加急
elective||择期
newborn||新生儿
trauma_center|trauma centre|创伤中心
physician_referral||医生转诊
clinic_referral||诊所转诊
hmo_referral|insurer's referral|保险机构转诊
other_hospital|another hospital|其他医院
skilled_nursing_facility||专业护理机构
other_facility|another facility|其他机构
emergency_room||急诊室
court_or_law_enforcement||法院或执法部门
critical_access_hospital||基层定点医院
normal_delivery||顺产
premature_delivery||早产
sick_baby||患病新生儿
extramural_birth|birth outside hospital|院外出生
readmission_to_home_health|readmission to home care|再次接受居家护理
other_home_health_agency|another home care agency|其他居家护理机构
same_hospital||本院
born_inside_hospital||院内出生
born_outside_hospital||院外出生
ambulatory_surgery_center|day surgery centre|日间手术中心
hospice||安宁疗护
home||回家
short_term_hospital|short-term hospital|短期医院
intermediate_care_facility||中级护理机构
other_inpatient_institution|another inpatient institution|其他住院机构
home_health_service|home with home care|居家护理
left_against_advice|left against advice|自动离院
home_intravenous_service|home with intravenous care|居家静脉治疗
admitted_as_inpatient||转为住院
neonatal_aftercare||新生儿后续护理
still_patient|still a patient|仍在院
hospice_home|hospice at home|居家安宁疗护
hospice_facility||安宁疗护机构
swing_bed||过渡床位
outpatient_other_institution|outpatient care elsewhere|外院门诊
outpatient_same_institution|outpatient care here|本院门诊
rehabilitation_facility||康复机构
long_term_care_hospital|long-term care hospital|长期护理医院
nursing_facility_medicaid_only|nursing home|护理院
psychiatric_hospital||精神专科医院
federal_hospital||联邦医院
other_health_institution|another health institution|其他医疗机构
expired|died|死亡
not_measured||未测
above_200|above 200 mg/dL|高于200 mg/dL
above_300|above 300 mg/dL|高于300 mg/dL
above_7|above 7 %|高于7%
above_8|above 8 %|高于8%
no|not taken|未用
steady|unchanged dose|剂量不变
up|dose raised|剂量增加
down|dose lowered|剂量减少
never||从不
former||已戒
current||目前
excellent||极好
very_good||很好
good||好
fair||一般
poor||差
elementary|elementary school|小学
some_high_school||高中肄业
high_school||高中
some_college||大学肄业
college||大学
under_10k|under 10,000|低于1万
10k_15k|10,000 to 15,000|1万至1.5万
15k_20k|15,000 to 20,000|1.5万至2万
20k_25k|20,000 to 25,000|2万至2.5万
25k_35k|25,000 to 35,000|2.5万至3.5万
35k_50k|35,000 to 50,000|3.5万至5万
50k_75k|50,000 to 75,000|5万至7.5万
75k_or_more|75,000 or more|7.5万及以上
alcohol_drugs|alcohol or drugs|酒精或药物
anemia|anaemia|贫血
angina||心绞痛
arrhythmia||心律失常
asthma||哮喘
back|back disorder|背部疾病
blood_cancer||血液肿瘤
chemotherapy||化疗
chest_symptom||胸部症状
chronic_heart_disease||慢性心脏病
device_complication||器械并发症
diabetes_circulatory|diabetes, circulatory|糖尿病循环系统并发症
diabetes_complicated|diabetes, complicated|糖尿病伴并发症
diabetes_neurological|diabetes, neurological|糖尿病神经病变
diabetes_renal|diabetes, renal|糖尿病肾病
dialysis_transplant|dialysis or transplant|透析或移植
fluid_electrolyte|fluid or electrolyte disorder|水电解质紊乱
gastritis_ulcer|gastritis or ulcer|胃炎或溃疡
heart_attack|myocardial infarction|心肌梗死
heart_failure||心力衰竭
heart_symptom||心脏症状
hypertension||高血压
hypertensive_kidney|hypertensive kidney disease|高血压肾病
joint|joint disorder|关节疾病
ketoacidosis||酮症酸中毒
kidney_failure||肾衰竭
liver|liver disease|肝病
mood_disorder||心境障碍
neurological|neurological disease|神经系统疾病
other_metabolic|another metabolic disorder|其他代谢疾病
other_respiratory|another respiratory disorder|其他呼吸系统疾病
pancreas|pancreatic disease|胰腺疾病
peripheral_artery|peripheral artery disease|外周动脉疾病
pneumonia||肺炎
psychosis||精神病性障碍
rehabilitation||康复
secondary_cancer||继发性肿瘤
sepsis||脓毒症
skin_infection||皮肤感染
skin_ulcer||皮肤溃疡
stroke||卒中
syncope||晕厥
urinary_infection||泌尿系感染
"""


def level_words(level: str, language: str) -> str:
    """A level (``st_t_abnormality``) in words."""
    for line in _TABLE.splitlines():
        if line.startswith(f"{level}|"):
            _, english, chinese = line.split("|")
            return chinese if language == "zh" else english or level.replace("_", " ")
    return level.replace("_", " ")
