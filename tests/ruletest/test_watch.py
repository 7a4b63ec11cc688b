from smtp421.ruletest.watch import changes


def test_changes(tmp_path):
    one, two, gone = (tmp_path / name for name in ("one", "two", "gone"))
    one.write_text("1")
    gone.write_text("1")
    steps = iter([lambda: None, lambda: one.write_text("12"), lambda: two.write_text("1"), gone.unlink])
    left = [4]

    def sleep(_seconds):
        left[0] -= 1
        next(steps)()

    names = [str(one), str(two), str(gone)]
    assert list(changes(lambda: names, lambda: left[0] == 0, sleep=sleep)) == [[str(one)], [str(two)], [str(gone)]]
