"""Every failure the product can name.

MandatError
├── UsageError                 the caller asked for something that cannot be done
│   ├── SettingError           a setting has a value we cannot use
│   ├── DocumentNotFound       no such document within what the caller may read
│   ├── OrganisationNotFound   no organisation of that name in the library
│   └── QuestionSetError       a line of a question set is not of the documented form
├── ReadingError               one file could not be read; costs that file only
│   ├── UnsupportedFormat      no reader for this kind of file
│   ├── DamagedFile            empty, truncated, mislabelled or not what its name says
│   ├── EncryptedFile          needs a password
│   ├── TooLarge               over a limit on size, ratio, nodes, memory or time
│   ├── NoTextFound            nothing a person could read was found in it
│   ├── OcrUnavailable         a scan, and no text recognition is installed
│   └── AddressRefused         a web address that is private, unreachable or not a document
├── LibraryError               the library cannot do what was asked
│   ├── LibraryLocked          another process is writing; names the holder
│   ├── LibraryEmpty           nothing has been ingested yet
│   ├── IndexUnavailable       an index is missing, damaged or being rebuilt
│   ├── EncoderUnavailable     the configured encoder cannot be loaded, or failed
│   └── RerankerUnavailable    the configured reranker cannot be loaded, or failed
├── PromptError                a prompt file and the values given for it do not agree
├── ModelFailed                a language model gave nothing to use: the answer without one stands
└── VerificationFailed         a quote does not equal the stored text: never shown

Each has a stable `code`. The message says what we got, what we accept and what to do.
An abstention is a value (`assistant.domain.reply`), never an exception.
"""

from __future__ import annotations

from typing import ClassVar


class MandatError(Exception):
    """A failure with a stable `code` and a message for the person who can act on it."""

    code: ClassVar[str] = "failure"


class UsageError(MandatError):
    code = "usage"


class SettingError(UsageError):
    code = "setting"


class DocumentNotFound(UsageError):
    code = "document_not_found"


class OrganisationNotFound(UsageError):
    code = "organisation_not_found"


class QuestionSetError(UsageError):
    code = "question_set"


class ReadingError(MandatError):
    code = "unreadable"


class UnsupportedFormat(ReadingError):
    code = "unsupported_format"


class DamagedFile(ReadingError):
    code = "damaged"


class EncryptedFile(ReadingError):
    code = "encrypted"


class TooLarge(ReadingError):
    code = "too_large"


class NoTextFound(ReadingError):
    code = "no_text"


class OcrUnavailable(ReadingError):
    code = "ocr_unavailable"


class AddressRefused(ReadingError):
    code = "address_refused"


class LibraryError(MandatError):
    code = "library"


class LibraryLocked(LibraryError):
    code = "library_locked"


class LibraryEmpty(LibraryError):
    code = "library_empty"


class IndexUnavailable(LibraryError):
    code = "index_unavailable"


class EncoderUnavailable(LibraryError):
    code = "encoder_unavailable"


class RerankerUnavailable(LibraryError):
    code = "reranker_unavailable"


class PromptError(MandatError):
    code = "prompt"


class ModelFailed(MandatError):
    """`why` is an `Ended` of `assistant.domain.reply`; `wait_s` is how long its server asks us to wait.

    The message never holds what a server said: that may repeat the question.
    """

    code = "model_failed"

    def __init__(self, why: str, wait_s: float = 0.0) -> None:
        super().__init__(f"the language model gave nothing to use: {why}")
        self.why = why
        self.wait_s = wait_s


class VerificationFailed(MandatError):
    code = "verification_failed"
