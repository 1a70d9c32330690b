from webui.options import Options, from_environment


def test_everything_lies_below_one_folder(tmp_path):
    options = from_environment({"CALLBOX_RUN": str(tmp_path)})
    assert options == Options.of(tmp_path)
    assert {options.daemon.parent, options.ota.parent} == {tmp_path}
    assert {options.database.parent, options.uploads.parent} == {tmp_path / "data"}


def test_on_the_box_uploads_and_the_secret_lie_elsewhere(tmp_path):
    (tmp_path / "web").mkdir()
    options = from_environment(
        {
            "CALLBOX_RUN": str(tmp_path / "run"),
            "CALLBOX_UPLOADS": str(tmp_path / "uploads"),
            "CALLBOX_WEB_DATA": str(tmp_path / "web"),
        }
    )
    assert options.uploads == tmp_path / "uploads"
    assert (tmp_path / "web" / "web.key").stat().st_mode & 0o777 == 0o600
    assert options.secret == (tmp_path / "web" / "web.key").read_bytes()


def test_the_secret_stays(tmp_path):
    assert Options.of(tmp_path).secret == Options.of(tmp_path).secret
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == ["uploads", "web.key"]


def test_a_secret_that_a_power_cut_left_empty_is_made_anew(tmp_path):
    Options.of(tmp_path)
    (tmp_path / "data" / "web.key").write_bytes(b"")
    assert len(Options.of(tmp_path).secret) == 32
