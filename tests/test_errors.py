from publish.errors import ConfigError, Exit, NothingSent, OutcomeUnknown, PublishError, Refused


def test_an_error_is_one_line_with_its_next_step():
    error = PublishError("a.md:3: the date\n  is bad", "write it as 2026-11-16 08:00")
    assert str(error) == "a.md:3: the date is bad — write it as 2026-11-16 08:00"


def test_an_error_without_a_next_step_has_no_dangling_dash():
    assert str(PublishError("stopped")) == "stopped"


def test_each_error_ends_the_process_as_the_contract_says():
    codes = {kind("x").code for kind in (Refused, ConfigError, NothingSent, OutcomeUnknown)}
    assert codes == {1, 2, 3, 4}
    assert Exit.INTERRUPTED == 130
    assert Exit.OK == 0
