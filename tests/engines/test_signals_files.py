"""CSV and WAV files as programs write them, and files that are rubbish."""

from __future__ import annotations

import re
import struct
import wave

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from scipy.io import wavfile

from engines._signals import files
from engines.errors import SignalError
from engines.signals import MAX_SAMPLES, load_csv, load_signal, load_wav, picture_row

reusing_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def write(folder, text, name="data.csv", encoding="utf-8"):
    file = folder / name
    file.write_bytes(text.encode(encoding) if isinstance(text, str) else text)
    return file


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1\n2.5\n-3e-1\n", [1, 2.5, -0.3]),
        ("value\n1\n2\n", [1, 2]),
        ("1\r\n\r\n2\r\n# a remark\r\n3 # another\r\n", [1, 2, 3]),
        ("0,5\n0,25\n-1,75\n", [0.5, 0.25, -1.75]),
        ("Wert\n0,5\n1,5\n2,25\n", [0.5, 1.5, 2.25]),
        ("1234,5\n7,5\n", [1234.5, 7.5]),
        ('"1"\n"2"\n', [1, 2]),
        ("1+2j\n3\n-1i\n", [1 + 2j, 3, -1j]),
        ("1,\n2,\n", [1, 2]),
        ("7", [7]),
    ],
)
def test_one_column_is_values_counted_in_samples(tmp_path, text, values):
    made = load_csv(write(tmp_path, text))
    np.testing.assert_allclose(made.values, values)
    assert (made.step, made.start, made.unit, made.name) == (1.0, 0.0, "samples", "data")


@pytest.mark.parametrize(
    "text",
    [
        "0.5,1\n0.75,2\n1.0,4\n",
        "time,volts\n0.5,1\n0.75,2\n1.0,4\n",
        "time;volts\n0,5;1\n0,75;2\n1,0;4,0\n",
        "0.5\t1\n0.75\t2\n1.0\t4\n",
        "0,5\t1,0\n0,75\t2\n1,0\t4\n",
        "0.5 1\n0.75   2\n1.0 4\n",
        "0,5 1,0\n0,75 2,0\n1,0 4,0\n",
        '"t","x"\n"0.5","1"\n"0.75","2"\n"1.0","4"\n',
        "0.5;1;\n0.75;2;\n1.0;4;\n",
    ],
)
def test_two_columns_are_times_and_values_in_any_country(tmp_path, text):
    made = load_csv(write(tmp_path, text))
    assert made.values.tolist() == [1, 2, 4]
    assert (made.step, made.start, made.unit) == (0.25, 0.5, "s")


def test_whole_numbers_and_commas_are_columns_if_the_first_counts_evenly(tmp_path):
    counted = load_csv(write(tmp_path, "0,5\n1,7\n2,6\n"))
    assert counted.values.tolist() == [5, 7, 6]
    decimals = load_csv(write(tmp_path, "0,5\n0,7\n2,6\n"))
    assert decimals.values.tolist() == [0.5, 0.7, 2.6]
    assert "decimal commas" in decimals.notes[0]


def test_a_heading_of_sample_numbers_makes_the_unit_samples(tmp_path):
    made = load_csv(write(tmp_path, "n;x\n3;1\n4;2\n"))
    assert (made.unit, made.start, made.step) == ("samples", 3.0, 1.0)


def test_uneven_times_are_interpolated_and_it_is_said(tmp_path):
    made = load_csv(write(tmp_path, "0.0,0\n1.0,1\n4.0,4\n"))
    assert made.time.tolist() == [0, 2, 4]
    assert made.values.tolist() == [0, 2, 4]
    assert "uneven" in made.notes[0]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1"])
def test_other_encodings_are_read(tmp_path, encoding):
    made = load_csv(write(tmp_path, "größe\n1\n2\n", encoding=encoding))
    assert made.values.tolist() == [1, 2]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("\n\n#\n", "holds no numbers"),
        ("a heading\n", "a heading but no numbers"),
        ("1\nabc\n3\n", "Line 2 of data.csv: “abc” is not a number"),
        ("1\n\n\n1_0\n", "Line 4 of data.csv: “1_0”"),
        ("1\nnan\n", "Line 2 of data.csv: nan is not a finite"),
        ("1\n-inf\n", "Line 2.*finite"),
        ("1,2,3\n4,5,6\n", "3 columns; keep one"),
        ("0.5,1\n0.7\n", "Line 2 of data.csv has 1 columns, the first row 2"),
        ("0.5,1\n0.25,2\n", r"Line 2 of data.csv: the time 0.25 does not come after 0.5"),
        ("t,x\n1.5,1\n1.5,2\n", "Line 3 of data.csv: the time 1.5"),
        ("1j;1\n2j;1\n", "times in data.csv are complex"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not text"),
        (b"\xff\xfe\x00", "not text"),
        ("1\n" + "x" * 10_000 + "\n", "“x{20}…” is not a number"),
    ],
)
def test_a_bad_csv_is_told_by_its_line(tmp_path, text, words):
    with pytest.raises(SignalError, match=words):
        load_csv(write(tmp_path, text))


def test_files_that_cannot_be_opened_say_so(tmp_path):
    with pytest.raises(SignalError, match="does not exist"):
        load_csv(tmp_path / "gone.csv")
    with pytest.raises(SignalError, match="is a folder"):
        load_wav(tmp_path)
    with pytest.raises(SignalError, match="choose a CSV or WAV file"):
        load_signal(write(tmp_path, "1\n", "data.mp3"))


def test_files_too_large_are_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "MAX_CSV_BYTES", 10)
    with pytest.raises(SignalError, match="at most"):
        load_csv(write(tmp_path, "1\n" * 6))
    monkeypatch.setattr(files, "MAX_CSV_BYTES", 100)
    monkeypatch.setattr(files, "LONGEST", 5)
    with pytest.raises(SignalError, match="6 rows; at most 5"):
        load_csv(write(tmp_path, "1\n" * 6))


@reusing_folder
@given(st.binary(max_size=200) | st.text('0123456789,;.\t \n-e#"jt', max_size=80).map(str.encode))
def test_any_bytes_as_csv_give_a_signal_or_a_sentence(tmp_path, data):
    try:
        made = load_csv(write(tmp_path, data))
    except SignalError as error:
        said = str(error)
    else:
        said = "data" if np.isfinite(made.values).all() else ""
    assert "data" in said


@pytest.mark.parametrize(
    ("dtype", "scale", "middle"),
    [
        (np.uint8, 128, 128),
        (np.int16, 2**15, 0),
        (np.int32, 2**31, 0),
        (np.float32, 1, 0),
        (np.float64, 1, 0),
    ],
)
def test_every_kind_of_wav_comes_out_in_minus_one_to_one(tmp_path, dtype, scale, middle):
    rng = np.random.default_rng(0)
    if np.dtype(dtype).kind == "f":
        data = rng.uniform(-1, 1, 500).astype(dtype)
    else:
        limits = np.iinfo(dtype)
        data = rng.integers(limits.min, limits.max, 500, dtype, endpoint=True)
    wavfile.write(tmp_path / "a.wav", 8000, data)
    made = load_wav(tmp_path / "a.wav")
    np.testing.assert_allclose(made.values, (data.astype(float) - middle) / scale)
    assert (made.step, made.unit, made.name) == (1 / 8000, "s", "a")
    assert np.abs(made.values).max() <= 1


def test_24_bits_are_read_as_the_wave_module_writes_them(tmp_path):
    numbers = [0, 2**22, -(2**23), 2**23 - 1]
    with wave.open(str(tmp_path / "a.wav"), "wb") as file:
        file.setparams((1, 3, 44100, 0, "NONE", ""))
        file.writeframes(b"".join(value.to_bytes(3, "little", signed=True) for value in numbers))
    made = load_wav(tmp_path / "a.wav")
    np.testing.assert_allclose(made.values, np.array(numbers) / 2**23)


def test_stereo_becomes_the_mean_and_it_is_said(tmp_path):
    data = np.array([[1.0, 0.0], [0.5, -0.5]], np.float32)
    wavfile.write(tmp_path / "a.wav", 100, data)
    made = load_wav(tmp_path / "a.wav")
    assert made.values.tolist() == [0.5, 0.0]
    assert "2 channels were averaged" in made.notes[0]


def test_a_long_sound_is_brought_to_a_length_that_can_be_drawn(tmp_path):
    data = np.sin(2 * np.pi * 50 * np.arange(44100) / 44100).astype(np.float32)
    wavfile.write(tmp_path / "a.wav", 44100, data)
    made = load_signal(tmp_path / "a.wav")
    assert len(made) <= MAX_SAMPLES
    assert "44,100 samples" in made.notes[0]
    inner = slice(20, -20)
    np.testing.assert_allclose(
        made.values[inner], np.sin(2 * np.pi * 50 * made.time)[inner], atol=0.01
    )
    cut = load_signal(tmp_path / "a.wav", limit=100, how="truncate")
    np.testing.assert_allclose(cut.values, data[:100])


def test_a_sound_longer_than_memory_allows_is_cut_and_it_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "LONGEST", 200)
    wavfile.write(tmp_path / "a.wav", 100, np.zeros(400, np.int16))
    made = load_wav(tmp_path / "a.wav")
    assert len(made) == 200
    assert "first 2 s of 4 s" in made.notes[0]


def whole_wav(tmp_path):
    wavfile.write(tmp_path / "whole.wav", 8000, np.arange(100, dtype=np.int16))
    return (tmp_path / "whole.wav").read_bytes()


def test_a_wav_that_ends_too_early_is_read_as_far_as_it_goes(tmp_path):
    made = load_wav(write(tmp_path, whole_wav(tmp_path)[:-40], "a.wav"))
    assert len(made) == 80
    assert "ends too early" in made.notes[0]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda data: b"", "is empty"),
        (lambda data: b"RIFF", "is not a WAV file"),
        (lambda data: data[:30], "is not a WAV file"),
        (lambda data: data[:36], "is not a WAV file"),
        (lambda data: b"MP3 " + data[4:], "is not a WAV file"),
        (lambda data: data[:20] + struct.pack("<H", 85) + data[22:], "is not a WAV file"),
        (lambda data: data[:22] + struct.pack("<H", 0) + data[24:], "WAV file|no samples"),
        (lambda data: data[:24] + struct.pack("<I", 0) + data[28:], "WAV file|0 Hz"),
        (lambda data: data[:40] + struct.pack("<I", 0), "holds no samples|is not a WAV file"),
    ],
)
def test_a_damaged_wav_is_told(tmp_path, change, words):
    with pytest.raises(SignalError, match=words) as told:
        load_wav(write(tmp_path, change(whole_wav(tmp_path)), "a.wav"))
    assert not re.search(r"variable|b'|unpack|buffer", str(told.value))  # words for a learner


def test_a_wav_with_numbers_that_are_not_finite_is_told(tmp_path):
    wavfile.write(tmp_path / "a.wav", 100, np.array([0, np.nan], np.float32))
    with pytest.raises(SignalError, match="Sample 1 of a is nan"):
        load_wav(tmp_path / "a.wav")


@reusing_folder
@given(st.dictionaries(st.integers(0, 60), st.integers(0, 255), max_size=4), st.integers(0, 244))
@example({40: 255, 41: 255, 42: 255, 43: 127}, 244)
def test_any_damaged_header_gives_a_signal_or_a_sentence(tmp_path, changes, length):
    data = bytearray(whole_wav(tmp_path))
    for place, value in changes.items():
        data[place] = value
    try:
        made = load_wav(write(tmp_path, bytes(data[:length]), "a.wav"))
    except SignalError as error:
        said = str(error)
    else:
        said = "a.wav" if np.isfinite(made.values).all() else ""
    assert "a.wav" in said or " of a is " in said


def test_a_row_of_a_picture_is_the_mean_of_its_colours():
    picture = np.random.default_rng(0).random((5, 7, 3), np.float32)
    made = picture_row(picture, 2)
    np.testing.assert_allclose(made.values, picture[2].mean(-1), rtol=1e-6)
    assert "averaged" in made.notes[0]
    assert picture_row(picture[..., 0], 4).notes == ()
    for row in (-1, 5):
        with pytest.raises(SignalError, match="rows 0 to 4"):
            picture_row(picture, row)
    with pytest.raises(SignalError, match="no picture"):
        picture_row(np.empty((0, 0)), 0)
    assert len(picture_row(np.zeros((1, 10_000)), 0)) <= MAX_SAMPLES
