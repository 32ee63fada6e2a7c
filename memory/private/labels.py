"""Words that stand beside what must not be kept: "Password", "Kennwort", "PIN", "CVC" …"""

import re


def _any(words: str) -> str:
    """An alternation of words, the longest first; "~" is a space within one."""
    return "|".join(sorted(words.split(), key=len, reverse=True)).replace("~", "[ ]")


PASSWORD = _any(
    "passwords? password passwd passphrase passcode pass-?phrase pwd"
    " passwort passwörter kennwort losung(?:swort)? zugangscode geheimzahl"
    " mot~de~passe code~secret contraseña clave(?:~secreta)? parola(?:~d'ordine)?"
    " palavra-passe senha wachtwoord lösenord salasana adgangskode kodeord passord hasło heslo"
    " jelszó пароль şifre κωδικός 密码 密碼 パスワード 비밀번호 รหัสผ่าน kata~sandi mật~khẩu סיסמה"
    " كلمة~المرور पासवर्ड"
)
CODE = _any(
    "pin(?:-?(?:code|nummer|number))? puk tan otp cvc2? cvv2? csc card~verification"
    " security~code sicherheits(?:code|nummer) prüfziffer prüfnummer kartenprüfnummer"
    " code~de~sécurité código~de~seguridad one-time~code einmal(?:code|kennwort)"
    " verification~code bestätigungscode"
)
KEY = _any(
    r"api[-_\s]?key api[-_\s]?token access[-_\s]?key secret[-_\s]?key client[-_\s]?secret secret"
    r" auth[-_\s]?token access[-_\s]?token bearer private[-_\s]?key recovery~key license~key"
    " api-schlüssel zugangsschlüssel"
)
_LETTER = r"[^\W\d_]"
_ALL = rf"(?<!{_LETTER})(?:{PASSWORD}|{CODE}|{KEY})(?!{_LETTER})"
_ASKED = re.compile(_ALL, re.I)
_LABEL = re.compile(rf".{{0,24}}{_ALL}.{{0,16}}", re.I)


def names_secret(text: str) -> bool:
    """Whether a label says that what stands beside or below it is a secret: "New password:", and
    not "I have forgotten my password and would like a new one"."""
    return len(text) <= 40 and _LABEL.fullmatch(text.strip()) is not None


def mentions_secret(text: str) -> bool:
    """Whether a prompt of any length asks for one: "Enter passphrase for key /home/…/id_rsa"."""
    return _ASKED.search(text) is not None


def telling(value: str) -> bool:
    """Whether a word looks like a secret and not like one of a language: it has digits or signs
    among its letters, or capitals after small ones."""
    inner = value.strip(".,;:!?()\"'“”„")
    letters = any(map(str.isalpha, inner))
    signs = any(not char.isalnum() and char not in "-'’./,:" for char in inner[1:])
    digits = any(map(str.isdigit, inner))
    mixed = re.search(r"[a-z].*[A-Z]", inner) is not None
    return len(inner) >= 4 and (digits or (letters and (signs or mixed)))
