"""One rule for spaces between Chinese and Latin, the same within a text and where parts of one meet."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mendixctl.language.spacing import joined, spaced

MIXED = st.text(st.sampled_from("环境发布，。：（）ab3 -`"), max_size=12)


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("执行apply之后的2个资源", "执行 apply 之后的 2 个资源"),
        ("计划 ：3 项， 变更", "计划：3 项，变更"),
        ("环境 发布", "环境发布"),
        ("a  环境  3", "a  环境  3"),
        ("覆盖80%的负载", "覆盖 80% 的负载"),
        ("nothing of Chinese, here", "nothing of Chinese, here"),
    ],
)
def test_the_rule(given_text: str, expected: str) -> None:
    assert spaced(given_text) == expected


@given(MIXED)
def test_what_keeps_the_rule_is_left_alone(text: str) -> None:
    once = spaced(text)
    assert spaced(once) == once


@given(MIXED)
def test_only_spaces_come_and_go(text: str) -> None:
    assert spaced(text).replace(" ", "") == text.replace(" ", "")


def test_parts_keep_the_rule_where_they_meet_and_nowhere_else() -> None:
    assert joined(["状态在", "s3://x", "中"]) == "状态在 s3://x 中"
    assert joined(["发布 ", "环境"]) == "发布环境"
    assert joined(["下一步：", " mendixctl plan"]) == "下一步：mendixctl plan"
    assert joined(["标签", "中a文"]) == "标签中a文"
    assert joined(["  失败", "  ", "prod"]) == "  失败  prod"
