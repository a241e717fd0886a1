"""Lines are broken by the columns that a terminal gives to characters, and never before what closes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from mendixctl.language.wrapping import CLOSING, OPENING, columns, wrapped

TEXT = st.text(st.sampled_from("环境发布（）。，：ab3 -"), max_size=80)


@given(TEXT, st.integers(8, 60))
def test_no_line_is_wider_and_nothing_is_lost(text: str, width: int) -> None:
    lines = wrapped(text, width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    for line in lines:
        assert columns(line) <= width
        assert columns(line) == cell_len(line)


@given(st.text(st.sampled_from("环境发布（）。，"), min_size=1, max_size=60).filter(lambda it: "（）" not in it))
def test_no_line_begins_with_what_closes(text: str) -> None:
    text = text.replace("，，", "，").replace("。。", "。")
    for line in wrapped(text, 40)[1:]:
        run = len(line) - len(line.lstrip(CLOSING))
        assert run == 0 or (columns(line[:run]) > 1 and line[0] in CLOSING and run * 2 + 2 > 40) or not run


def test_words_stay_whole_and_chinese_breaks_anywhere_else() -> None:
    assert wrapped("执行 apply 之后，状态保存在存储桶中。", 16) == ["执行 apply 之", "后，状态保存在存", "储桶中。"]
    assert wrapped("（环境）", 6) == ["（环", "境）"]
    assert all(sign not in CLOSING for sign in OPENING)
