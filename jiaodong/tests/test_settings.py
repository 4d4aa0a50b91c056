"""Production refuses to start half-configured and says why; development needs nothing; `.env.example` is complete."""

import ast
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "SITE_ENV": "production",
    "SECRET_KEY": "k" * 50,
    "ALLOWED_HOSTS": "tasks.example.org",
    "DATABASE_URL": "postgres://jiaodong@127.0.0.1/jiaodong",
}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The settings in a checkout of their own: no `.env` and no `var/` of this one reaches them."""
    (tmp_path / "jiaodong").mkdir()
    for name in ("__init__.py", "databases.py", "settings.py"):
        shutil.copy(ROOT / "jiaodong" / name, tmp_path / "jiaodong" / name)
    return tmp_path


def ask(checkout: Path, expression: str, **environment: str) -> subprocess.CompletedProcess:
    program = f"from jiaodong import settings; print({expression})"
    env = {"PATH": "", "PYTHONPATH": str(checkout), **environment}
    return subprocess.run(
        [sys.executable, "-c", program], cwd=checkout, env=env, capture_output=True, text=True, check=False
    )


def answer(checkout: Path, expression: str, **environment: str) -> str:
    done = ask(checkout, expression, **environment)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


def refusal(checkout: Path, **environment: str) -> str:
    """The sentence with which the settings refuse this environment."""
    done = ask(checkout, "'started'", **environment)
    assert (done.returncode, done.stdout) == (1, "")
    return done.stderr.splitlines()[-1].removeprefix("django.core.exceptions.ImproperlyConfigured: ")


class TestProduction:
    def test_starts_when_everything_is_given(self, checkout: Path) -> None:
        assert answer(checkout, "settings.IS_PRODUCTION, settings.DEBUG", **PRODUCTION) == "True False"

    @pytest.mark.parametrize(
        ("name", "value", "sentence"),
        [
            ("SECRET_KEY", "", "正式环境必须设 SECRET_KEY，至少 50 个随机字符。"),
            ("SECRET_KEY", "k" * 49, "正式环境必须设 SECRET_KEY，至少 50 个随机字符。"),
            ("ALLOWED_HOSTS", "", "正式环境必须设 ALLOWED_HOSTS，"),
            ("DATABASE_URL", "", "正式环境必须设 DATABASE_URL，"),
            ("DEBUG", "true", "正式环境不能打开 DEBUG："),
            ("METRICS_ALLOWED", "10.1.0.0/99", "METRICS_ALLOWED 里的 '10.1.0.0/99' 不是地址或网段，"),
            ("METRICS_ALLOWED", "127.0.0.1", "设了 METRICS_ALLOWED，还须设 PROMETHEUS_MULTIPROC_DIR："),
            ("DIGESTS", "true", "设了 DIGESTS=true，还须设 EMAIL_URL、MAIL_FROM 和 SITE_URL。"),
            ("DATABASE_REPLICA_URL", "sqlite:////tmp/x", "DATABASE_REPLICA_URL 是 PostgreSQL 流复制的副本，"),
            ("SHARED_CACHE_URL", "rediscache://127.0.0.1", "SHARED_CACHE_URL 只能是 dbcache://"),
            ("STATEMENT_SECONDS", "-1", "STATEMENT_SECONDS 是一条数据库语句最多运行的秒数，0 为不限，"),
            ("BACKUP_KEEP", "0", "BACKUP_KEEP 是保留备份的份数，至少为 1。"),
        ],
    )
    def test_refuses_and_says_why(self, checkout: Path, name: str, value: str, sentence: str) -> None:
        assert refusal(checkout, **{**PRODUCTION, name: value}).startswith(sentence)

    @pytest.mark.parametrize("name", ["SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL"])
    def test_a_missing_variable_is_like_an_empty_one(self, checkout: Path, name: str) -> None:
        given = {key: value for key, value in PRODUCTION.items() if key != name}
        assert refusal(checkout, **given).startswith(f"正式环境必须设 {name}，")

    def test_makes_no_secret_of_its_own(self, checkout: Path) -> None:
        refusal(checkout, **{**PRODUCTION, "SECRET_KEY": ""})
        assert not (checkout / "var").exists()

    def test_cookies_and_redirects_are_for_https_only(self, checkout: Path) -> None:
        names = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT")
        asked = ", ".join(f"settings.{name}" for name in names)
        assert answer(checkout, asked, **PRODUCTION) == "True True True"

    def test_is_what_the_wsgi_application_takes_when_nothing_is_named(self) -> None:
        assert 'os.environ.setdefault("SITE_ENV", "production")' in (ROOT / "jiaodong" / "wsgi.py").read_text()


class TestDevelopment:
    def test_needs_nothing(self, checkout: Path) -> None:
        assert answer(checkout, "settings.IS_PRODUCTION, settings.DEBUG") == "False False"
        assert answer(checkout, "settings.DATABASES['default']['NAME']") == str(checkout / "var" / "jiaodong.sqlite3")

    def test_secret_is_made_once_and_for_its_owner_only(self, checkout: Path) -> None:
        secret = answer(checkout, "settings.SECRET_KEY")
        assert len(secret) >= 50
        assert answer(checkout, "settings.SECRET_KEY") == secret
        assert stat.S_IMODE((checkout / "var" / "secret_key").stat().st_mode) == 0o600

    def test_reads_the_env_file_but_the_environment_wins(self, checkout: Path) -> None:
        (checkout / ".env").write_text("ALLOWED_HOSTS=from.file\nLOG_LEVEL=ERROR\n")
        asked = "settings.ALLOWED_HOSTS, settings.LOGGING['root']['level']"
        assert answer(checkout, asked, LOG_LEVEL="DEBUG") == "['from.file'] DEBUG"


def test_an_unknown_environment_is_refused(checkout: Path) -> None:
    assert refusal(checkout, SITE_ENV="prod") == ("SITE_ENV 只能是 development 或 production，现在是 'prod'。")


def variables_read() -> set[str]:
    """The first argument of every `env.…("NAME")` in the settings."""
    calls = [
        node
        for name in ("databases.py", "settings.py")
        for node in ast.walk(ast.parse((ROOT / "jiaodong" / name).read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    ]
    ours = [call for call in calls if isinstance(call.func.value, ast.Name) and call.func.value.id == "env"]
    return {ast.literal_eval(call.args[0]) for call in ours if call.func.attr != "read_env"}


def variables_documented() -> dict[str, str]:
    lines = (ROOT / ".env.example").read_text().splitlines()
    return dict(match.groups() for line in lines if (match := re.fullmatch(r"#([A-Z_]+)=(.*)", line)))


class TestEnvExample:
    def test_names_every_variable_and_no_other(self) -> None:
        assert set(variables_documented()) == variables_read()

    def test_every_variable_has_its_sentence(self) -> None:
        paragraphs = (ROOT / ".env.example").read_text().strip().split("\n\n")[1:]
        assert len(paragraphs) == len(variables_documented())
        for paragraph in paragraphs:
            assert re.fullmatch(r"(# .+\n)+#[A-Z_]+=.*", paragraph), paragraph

    def test_its_example_with_a_key_is_a_production_that_starts(self, checkout: Path) -> None:
        example = (ROOT / ".env.example").read_text()
        (checkout / ".env").write_text(re.sub(r"^#(?=[A-Z_]+=)", "", example, flags=re.MULTILINE))
        assert answer(checkout, "settings.IS_PRODUCTION", SECRET_KEY="k" * 50) == "True"
