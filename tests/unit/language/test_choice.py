"""Which language a run speaks."""

from __future__ import annotations

import pytest

from mendixctl.language.choice import chosen


@pytest.mark.parametrize(
    ("arguments", "variables", "expected"),
    [
        ([], {}, "en"),
        ([], {"LANG": "zh_CN.UTF-8"}, "zh"),
        ([], {"LANG": "zh_SG"}, "zh"),
        ([], {"LANG": "zh_TW.Big5"}, "zh"),
        ([], {"LANG": "de_DE.UTF-8"}, "en"),
        ([], {"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, "en"),
        ([], {"LANG": "en_US.UTF-8", "LC_ALL": "zh_CN.UTF-8"}, "zh"),
        ([], {"LC_ALL": "", "LANG": "zh_CN.UTF-8"}, "zh"),
        ([], {"LANG": "en_US.UTF-8", "LANGUAGE": "de:zh_CN:en"}, "zh"),
        ([], {"LANG": "C.UTF-8", "LANGUAGE": "zh_CN"}, "en"),
        ([], {"LANGUAGE": "zh_CN"}, "en"),
        ([], {"MENDIXCTL_LANG": "en", "LANG": "zh_CN.UTF-8"}, "en"),
        ([], {"MENDIXCTL_LANG": "ZH"}, "zh"),
        ([], {"MENDIXCTL_LANG": "fr", "LANG": "zh_CN.UTF-8"}, "zh"),
        (["plan", "--lang", "zh"], {"MENDIXCTL_LANG": "en"}, "zh"),
        (["--lang=zh", "plan"], {}, "zh"),
        (["--lang=zh", "plan", "--lang", "en"], {}, "en"),
        (["plan", "--", "--lang=zh"], {}, "en"),
        (["plan", "--lang"], {}, "en"),
        (["plan", "--lang=fr"], {"MENDIXCTL_LANG": "zh"}, "zh"),
    ],
)
def test_the_option_goes_before_the_variable_and_that_before_the_locale(
    arguments: list[str], variables: dict[str, str], expected: str
) -> None:
    assert chosen(arguments, variables) == expected
