"""What a guest wrote in an e-mail, apart from what their program quoted below it and signs with."""

from __future__ import annotations

import re
from typing import NamedTuple

from server.prompts.reading.vocabulary import Wording

LONGEST = 20_000

# the line above a quote, as mail programs write it in their languages
_ABOVE = re.compile(
    r"^[>\s*]{0,10}(?:"
    r"le\s.{4,200}?a\sécrit\s?:?|on\s.{4,200}?wrote\s?:?|am\s.{4,200}?schrieb.{0,200}?:?|"
    r"il\s.{4,200}?ha\sscritto\s?:?|el\s.{4,200}?escribi[óo]\s?:?|op\s.{4,200}?(?:schreef|het\svolgende).{0,200}?:?|"
    r"(?:em|a|no\sdia)\s.{4,200}?escreveu\s?:?|.{4,200}?(?:napisał\(a\)|napisał|napisała|pisze)\s?:|"
    r".{4,200}?(?:пишет|писал|писала|написал|написала|писал\(а\))\s?:|"
    r".{4,120}\d{1,2}[:.]\d{2}.{0,120}<[^<>\s]{3,100}@[^<>\s]{3,100}>\s?:|"
    r".{0,60}كتب.{0,100}:|.{4,200}写道\s?[:：]|.{4,200}(?:のメール|書きました)\s?[:：]"
    r")\s*$",
    re.IGNORECASE,
)
_RULED = re.compile(
    r"^\s*(?:-{2,}\s?(?:original\s(?:message|appointment)|forwarded\smessage|message\sd'origine|message\soriginal|"
    r"message\stransféré|ursprüngliche\snachricht|original-?nachricht|weitergeleitete\snachricht|mensaje\soriginal|"
    r"messaggio\soriginale|oorspronkelijk\sbericht|mensagem\soriginal|wiadomość\soryginalna|"
    r"oryginalna\swiadomość|исходное\sсообщение|пересылаемое\sсообщение|原始邮件|original\smail).{0,20}|_{10,})\s*$",
    re.IGNORECASE,
)
_HEADER = re.compile(
    r"^[\s*>]{0,5}(?:from|de|von|da|van|od|от|من|发件人|差出人)\s?\*?\s?[:：]", re.IGNORECASE
)
_HEADER_NEXT = re.compile(
    r"^[\s*>]{0,5}(?:sent|date|to|subject|envoyé|envoyé\sle|à|objet|gesendet|an|betreff|datum|enviado|enviada|"
    r"para|asunto|assunto|fecha|data|inviato|a|oggetto|verzonden|aan|onderwerp|wysłano|do|temat|"
    r"отправлено|кому|тема|дата|发送时间|收件人|主题|送信日時|宛先|件名)\s?\*?\s?[:：]",
    re.IGNORECASE,
)
_SIGNED = re.compile(
    r"^\s*(?:--\s*|—\s*|(?:envoyé\s(?:de|depuis|à\spartir)|sent\s(?:from|via)|get\soutlook|"
    r"von\smeinem\s.{2,40}gesendet|gesendet\svon|gesendet\smit|enviado\s(?:desde|do|de|via)|inviato\s(?:da|dal)|"
    r"verzonden\s(?:vanaf|met|via)|verstuurd\s(?:vanaf|met)|wysłan[eo]\s(?:z|ze)|отправлено\s(?:с|из)|"
    r"发自我的|iphoneから送信|أرسلت\sمن).{0,80})$",
    re.IGNORECASE,
)
# what stands above a name, and below it what the name's owner prints under everything they write
_CLOSED = re.compile(
    r"^\s*(?:(?:bien |très )?cordialement|bien à vous|sincères salutations|salutations(?: distinguées)?|"
    r"respectueusement|amicalement|(?:(?:kind|best|warm|warmest|many)(?:est)? )?regards|best wishes|"
    r"all the best|"
    r"yours (?:sincerely|faithfully|truly)|sincerely(?: yours)?|"
    r"mit (?:freundlichen|besten|herzlichen|lieben) grü(?:ß|ss)en|"
    r"(?:viele|liebe|beste|herzliche|freundliche|schöne) grü(?:ß|ss)e|mfg|lg|vg|"
    r"(?:saludos|un saludo|un cordial saludo|saludos cordiales|atentamente|cordialmente)|"
    r"(?:cordiali|distinti) saluti|met (?:vriendelijke|hartelijke) groet(?:en)?|mvg|groet(?:jes|en)|"
    r"(?:com os )?(?:melhores )?cumprimentos|atenciosamente|z poważaniem|pozdrawiam|с уважением|"
    r"مع (?:خالص )?(?:التحية|التحيات|تحياتي)|此致|敬具)[\s,.!،]*$",
    re.IGNORECASE,
)
_NAMED = re.compile(r"(?:[^\W\d_a-zà-ÿ][\w'-]*\.?)(?: [^\W\d_a-zà-ÿ][\w'-]*\.?){0,3}")
_THANKED = re.compile(
    r"^\s*(?:(?:many )?thanks|thank you|cheers|best|merci|danke|vielen dank|gracias|grazie|bedankt|"
    r"obrigad[oa]|dziękuję|спасибо)[\s,.!]*$",
    re.IGNORECASE,
)


class Written(NamedTuple):
    """The guest's own words, and what stands below them by itself."""

    own: str
    signature: str


def own_words(text: str) -> Written:
    """Cut an e-mail at its quote and its signature. Who answers below the quote is read there."""
    lines = text[:LONGEST].replace("\r\n", "\n").replace("\r", "\n").split("\n")
    own = lines[: _quote_begins(lines)]
    if not any(line.strip() and not line.lstrip().startswith(">") for line in own):
        own = _below(lines)
    own = [line for line in own if not line.lstrip().startswith(">")]
    for at, line in enumerate(own):
        if not any(before.strip() for before in own[:at]):
            continue
        if _SIGNED.match(line) or _CLOSED.match(line) or (_THANKED.match(line) and _is_name(own[at + 1 :])):
            return Written("\n".join(own[:at]).strip(), "\n".join(own[at + 1 :]).strip())
    signed = _signed_by_name(own)
    if signed is not None:
        return Written("\n".join(own[:signed]).strip(), "\n".join(own[signed:]).strip())
    return Written("\n".join(own).strip(), "")


def _signed_by_name(own: list[str]) -> int | None:
    """The line of a name from which on an address is a signature's, below what says something else; a first
    name alone where it begins a paragraph."""
    for at, line in enumerate(own[1:], start=1):
        if any("@" in before for before in own[:at]):
            return None
        is_name = _NAMED.fullmatch(line.strip()) is not None and not Wording(line).is_all("lead", "own")
        begins = " " in line.strip() or not own[at - 1].strip()
        if is_name and begins and any("@" in below for below in own[at + 1 :]):
            said = Wording("\n".join(own[:at]))
            says_nothing = not said.words or said.is_all("polite", "thanks", "lead", "yes", "own")
            return None if says_nothing else at
    return None


def _is_name(below: list[str]) -> bool:
    """Whether the next line is a name, as far as its form tells, and no address."""
    line = next((one.strip() for one in below if one.strip()), "")
    return (
        bool(line)
        and len(line) < 50
        and re.fullmatch(r"[^\W\d_]+(?:[ .'-]+[^\W\d_]+){0,3}\.?", line) is not None
    )


def _quote_begins(lines: list[str]) -> int:
    for at, line in enumerate(lines):
        if len(line) > 500:
            continue
        if _RULED.match(line) or _ABOVE.match(line):
            return at
        both = f"{line} {lines[at + 1]}" if at + 1 < len(lines) and len(lines[at + 1]) < 250 else line
        # programs break the line above a quote in two
        if both.rstrip().endswith(":") and lines[at + 1 : at + 2] != [""] and _ABOVE.match(both):
            return at
        if _HEADER.match(line) and any(_HEADER_NEXT.match(one) for one in lines[at + 1 : at + 3]):
            return at
    return len(lines)


def _below(lines: list[str]) -> list[str]:
    """What stands below the last quoted line, where nothing stands above the first."""
    quoted = [at for at, line in enumerate(lines) if line.lstrip().startswith(">")]
    return lines[quoted[-1] + 1 :] if quoted else []
