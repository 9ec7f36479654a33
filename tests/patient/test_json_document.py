import json
import time

import pytest

from cds.errors import InputError
from cds.patient.json_document import parse_json

BAD = [
    # bytes, words of the message, place
    (b"", "empty", ""),
    (b"\xef\xbb\xbf \n", "empty", ""),
    (b"not json", "not JSON", "line 1, column 1"),
    (b'{"age": 63,\n "sex": }', "not JSON", "line 2, column 9"),
    (b"<Bundle/>", "XML", "line 1"),
    (b'{"age": 1}\n{"age": 2}', ".ndjson", "line 2"),
    (b'{"a": {"b": 1, "b": 2}}', "twice", "/a/b"),
    (b'{"a": [1, {"x/y": NaN}]}', "NaN is not a JSON number", "/a/1/x~1y"),
    (b'{"age": -Infinity}', "-Infinity", "/age"),
    (b'{"a": ' + b"9" * 5000 + b"}", "thousands of digits", ""),
    (b"[" * 100_000, "nested too deeply", ""),
    (b'{"a":' * 100_000, "nested too deeply", ""),
    ('{"name": "王"}'.encode("utf-16"), "UTF-16", ""),
    ('{"name": "王"}'.encode("utf-16-le"), "UTF-16", ""),
    ('{"name": "王小明"}'.encode("gbk"), "GBK", "line 1"),
    ('{\n"name": "Müller"}'.encode("latin-1"), "code page", "line 2"),
    (b"\x1f\x8b\x08\x00", ".gz", ""),
]


@pytest.mark.parametrize(("data", "words", "place"), BAD, ids=[words for _, words, _ in BAD])
def test_what_is_not_strict_json_gets_one_message_with_its_place(data, words, place):
    with pytest.raises(InputError) as caught:
        parse_json(data, "p.json")
    assert words in caught.value.message
    assert str(caught.value).startswith("p.json: ")
    assert caught.value.place.pointer.startswith(place)


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        ('{"姓名": "王小明"}'.encode(), {"姓名": "王小明"}),
        (b' [1, 2.5, null, true, "x"] ', [1, 2.5, None, True, "x"]),
        (b'{"a": 1e3, "A": 2}', {"a": 1000.0, "A": 2}),
    ],
)
def test_good_json_is_read(data, value):
    assert parse_json(data, "p.json") == value


def test_a_file_beyond_the_limit_is_refused_and_ndjson_is_suggested():
    with pytest.raises(InputError, match=r"limit of 10 bytes.*\n?.*NDJSON"):
        parse_json(b'{"a": "0123456789"}', "p.json", max_bytes=10)


def test_the_first_duplicate_in_reading_order_is_named():
    with pytest.raises(InputError) as caught:
        parse_json(b'{"a": 1, "b": {"c": 1, "c": 2}, "a": 3}', "p.json")
    assert caught.value.place.pointer == "/a"


def test_strictness_costs_no_second_parse_of_good_input():
    document = [{"code": index, "value": {"unit": "mg/dL", "value": 1.5}} for index in range(15000)]
    data = json.dumps(document).encode()
    began = time.perf_counter()
    json.loads(data)
    plain = time.perf_counter() - began
    began = time.perf_counter()
    parse_json(data, "p.json")
    # 2 to 3 times plain json in practice; far from it means that something is quadratic.
    assert time.perf_counter() - began < 25 * plain + 0.2
