"""Every setting, read once from MANDAT_… variables into one frozen object."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from assistant.errors import SettingError


class Settings(BaseSettings):
    """The settings of one process; each field `name` is the variable MANDAT_NAME."""

    model_config = SettingsConfigDict(env_prefix="MANDAT_", frozen=True, extra="ignore")

    home: Path = Field(default=Path(".mandat"), description="Folder that holds the library and its indexes")
    organisation: str = Field(
        default="", description="The organisation asked about when a question names none"
    )
    encoder: str = Field(
        default="bundled", description="`bundled`, or the name or path of any sentence-transformers model"
    )
    encoder_device: str = Field(
        default="auto",
        pattern=r"^(auto|cpu|mps|cuda(:\d+)?)$",
        description="What the encoder and the reranker compute on: auto, cpu, cuda or mps",
    )
    encoder_batch: int = Field(
        default=0, ge=0, description="Texts that are encoded at once; 0 as suits the model"
    )
    encoder_max_length: int = Field(
        default=0, ge=0, description="Tokens of a text that the encoder reads; 0 as suits the model"
    )
    encoder_query_prefix: str | None = Field(
        default=None, description="Put before a question; unset, what the model was trained with"
    )
    encoder_passage_prefix: str | None = Field(
        default=None, description="Put before a passage; unset, what the model was trained with"
    )
    reranker: str = Field(
        default="", description="Name or path of a cross-encoder that reorders what was found; empty is none"
    )
    model: str = Field(
        default="", description="Language model as `provider:model`; empty answers without one"
    )
    model_url: str = Field(default="", description="Base URL of an OpenAI-compatible server for the model")
    model_key: SecretStr = Field(
        default=SecretStr(""), description="The model's API key; else its provider's own variable is read"
    )
    model_key_file: Path | None = Field(default=None, description="File that holds the model's API key")
    model_timeout_s: float = Field(
        default=12.0, gt=0, le=300, description="Seconds a model has for one reply, all attempts together"
    )
    database_url: str = Field(
        default="", description="SQLAlchemy URL of the catalogue; empty is SQLite in the home folder"
    )
    chroma_url: str = Field(
        default="", description="Address of a Chroma server; empty is Chroma inside the process"
    )
    public_url: str = Field(
        default="", description="Address people reach the web page at; links in Slack lead there"
    )
    api_keys: Path | None = Field(
        default=None, description="File of API keys; `mandat key NAME` prints an entry for it"
    )
    rate_limit: int = Field(
        default=0, ge=0, description="Requests a minute from one address without a key; 0 is without limit"
    )
    slack_bot_token: SecretStr = Field(default=SecretStr(""), description="Slack bot token (xoxb-…)")
    slack_signing_secret: SecretStr = Field(
        default=SecretStr(""), description="Slack signing secret, for events over HTTP"
    )
    slack_app_token: SecretStr = Field(
        default=SecretStr(""), description="Slack app token (xapp-…), for Socket Mode"
    )
    slack_api_url: str = Field(
        default="https://slack.com/api/",
        description="Slack's API address; another one for tests and gateways",
    )
    teams_app_id: str = Field(default="", description="App id of the Azure Bot; Teams is on when it is set")
    teams_app_password: SecretStr = Field(
        default=SecretStr(""), description="Value of a client secret of that app"
    )
    teams_tenant_id: str = Field(default="", description="The one tenant whose people are answered")
    teams_audience: Path | None = Field(
        default=None, description="File that gives groups to people by their ids in Entra ID"
    )
    teams_service_hosts: str = Field(
        default="smba.trafficmanager.net",
        description="Hosts of Teams' service, divided by commas; nothing is sent to others",
    )
    teams_openid_url: str = Field(
        default="https://login.botframework.com/v1/.well-known/openidconfiguration",
        description="Where the keys of Teams' requests are named; another one for tests",
    )
    teams_login_url: str = Field(
        default="https://login.microsoftonline.com", description="Entra ID's login; another one for tests"
    )
    teams_graph_url: str = Field(
        default="https://graph.microsoft.com",
        description="Microsoft Graph, asked for memberships only; another one for tests",
    )


def load_settings() -> Settings:
    """The settings from the environment.

    Raises:
        SettingError: a variable has a value we cannot use.
    """
    try:
        settings = Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "MANDAT_" + "_".join(str(part) for part in first["loc"]).upper()
        raise SettingError(f"{name}: {first['msg']}; see the settings table in the README") from error
    if settings.home.exists() and not settings.home.is_dir():
        raise SettingError(f"MANDAT_HOME is {settings.home}, which is a file; give a folder")
    return settings


def unknown_variables() -> tuple[str, ...]:
    """Names of MANDAT_… variables in the environment that no setting reads, sorted."""
    known = {f"MANDAT_{name}".upper() for name in Settings.model_fields}
    return tuple(sorted(name for name in os.environ if name.startswith("MANDAT_") and name not in known))
