"""The words by which the door knows, in column names and notes, what must not be held.

French, English, German, Spanish, Italian. One line per idea: a plain piece of the word, which is looked for
first because that is fast, and the pattern that decides. Accents may be written, missing or damaged.
"""

from __future__ import annotations

import re

_E = r"(?:e|é|è|ê|Ã©|Ã¨|Ã‰|\ufffd|\?)"
_O = r"(?:o|ö|oe|œ|Ã¶|\ufffd|\?)"
_I = r"(?:i|í|Ã\xad|\ufffd|\?)"
_A = r"(?:a|ä|á|à|Ã¤|\ufffd|\?)"
_U = r"(?:u|ü|ue|Ã¼|\ufffd|\?)"

COLUMNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        # the column's name as lower-case ASCII words; the first that fits decides
        (
            "identity_image",
            r"\b(passport|passeport|id|identity|identite|document|ausweis|pasaporte|passaporto|dni|cni)\b.*"
            r"\b(scan|photo|foto|image|immagine|imagen|picture|copy|copie|copia|kopie|front|back)\b|\bselfie\b",
        ),
        (
            "identity_document",
            r"\b(passports?|passeport|pasaporte|passaporto|reisepass|paspoort|pass (no|nr|nummer))\b"
            r"|\b(cni|dni|nie)\b"
            r"|\bid (doc|document|card|number|no|nr|num)\b|\b(identity|identite|identidad|identita)\b"
            r"|ausweis|\bdoc(ument)? (no|nr|num|number|id|type|issue|issued|issuing|expir\w*)\b"
            r"|\b(guest )?document\b(?! language)|\bdocumento\b|^piece$|\bpiece d\b"
            r"|\b(mrz|national id|permis de conduire|driving licen[cs]e|fuhrerschein)\b",
        ),
        (
            "health",
            r"allerg|alerg|intoleran|\bdiet|dieta|\bregime|gluten|medical|medizin|medic[oa]\b|\bhealth"
            r"|\bsante\b|\bsalud\b|\bsalute\b|handicap|disab|discapac|behinder|gesundheit|ernahrung",
        ),
        ("belief", r"relig|\bfaith\b|\bbelief|konfession|croyance|\bkosher|\bhalal|\bcasher"),
        (
            "police",
            r"\b(birth ?place|place of birth|lieu (de )?naissance|ne a|geburtsort|lugar de nacimiento"
            r"|luogo (di )?nascita|border crossing|next destination|visa (no|number|nr)"
            r"|mother (first|last)? ?name|entry point)\b",
        ),
        (
            "blacklist",
            r"black ?list|liste noire|lista (negra|nera)|schwarze liste|\brisk|\brisque|risiko|riesgo|rischio"
            r"|\bbanned\b|hausverbot|indesirable|\bdo not rent\b",
        ),
    )
)

PHRASES: tuple[tuple[str, str, re.Pattern[str]], ...] = tuple(
    (kind, stem, re.compile(pattern, re.IGNORECASE))
    for kind, stem, pattern in (
        ("health", "rg", rf"\ball?{_E}rg\w*"),
        ("health", "ntol", rf"\bintol{_E}r\w*"),
        ("health", "glut", r"\bgluten\w*|\bglutin\w*"),
        ("health", "liaqu", rf"\bc{_O}{_E}?liaque\w*"),
        ("health", "liac", rf"\bc{_O}?{_E}?l{_I}ac\w*"),
        ("health", "liak", rf"\bz{_O}liak\w*"),
        ("health", "lact", r"\blactos\w*|\blactose\w*"),
        ("health", "lakto", r"\blaktose\w*"),
        ("health", "latto", r"\blattosio\b"),
        ("health", "diab", rf"\bdiab{_E}t\w*"),
        ("health", "tari", rf"\bv{_E}g{_E}tari\w*"),
        ("health", "vegeta", rf"\bveget{_A}r\w*"),
        ("health", "talien", rf"\bv{_E}g{_E}talien\w*"),
        ("health", "gan", rf"\bv{_E}gan\w*"),
        ("health", "diet", r"\bdiet(?:s|a|ary|etic\w*)?\b(?! (?:coke|pepsi))"),
        ("health", "di", r"\bdi(?:ä|Ã¤|ae)t\b|\bdi(?:é|è)t\w*"),
        ("health", "gime", rf"\br{_E}gime\b"),
        ("health", "nut", r"\bnuts?[- ]free\b|\bno (?:pea)?nuts\b"),
        ("health", "sans", r"\bsans (?:sel|sucre|arachides?|noix|lait|fruits? (?:de mer|à coque))\b"),
        ("health", "free", r"\b(?:dairy|sugar|salt|egg)[- ]free\b"),
        ("health", "sin ", r"\bsin (?:sal|az(?:ú|u)car|frutos secos|marisco|huevo|leche)\b"),
        ("health", "senza ", r"\bsenza (?:sale|zucchero|noci|latte|uova)\b"),
        ("health", "asth", r"\basthm\w*"),
        ("health", "asm", r"\basma\b|\basm(?:á|a)tic\w*"),
        ("health", "pilep", rf"\b{_E}pilep\w*"),
        ("health", "insul", r"\binsulin\w*"),
        ("health", "epipen", r"\bepi-?pen\b"),
        ("health", "chair", r"\bwheel ?chair\w*"),
        ("health", "roulant", r"\bfauteuil roulant\b"),
        ("health", "rollst", r"\brollstuhl\w*"),
        ("health", "rued", r"\bsilla de ruedas\b"),
        ("health", "rotelle", r"\bsedia a rotelle\b"),
        ("health", "andicap", r"\bh?andicap\w*"),
        ("health", "disab", r"\bdisab\w*"),
        ("health", "discap", r"\bdiscapa\w*"),
        ("health", "behind", r"\bbehinder\w*"),
        ("health", "pmr", r"\bpmr\b"),
        ("health", "mobil", rf"\bmobilit{_E} r{_E}duite\b|\breduced mobility\b"),
        ("health", "pregn", r"\bpregnan\w*"),
        ("health", "enceint", r"\benceinte\b"),
        ("health", "schwang", r"\bschwanger\w*"),
        ("health", "embaraz", r"\bembaraz\w*"),
        ("health", "incint", r"\bincinta\b"),
        ("health", "cancer", r"\bcancer\b"),
        ("health", "dialys", r"\bdialys\w*"),
        ("health", "medic", r"\bmedicat\w*|\bmedical condition\b"),
        ("belief", "halal", r"\bhalal\b"),
        ("belief", "hallal", r"\bhallal\b"),
        ("belief", "ko", r"\bkos(?:h|c?h)er\b"),
        ("belief", "asher", r"\b[ck]asher\b"),
        ("belief", "relig", r"\breligi\w*"),
        ("belief", "mus", r"\bmuslim\w*|\bmusulm\w*"),
        ("belief", "mosl", r"\bmoslem\w*"),
        ("belief", "jewish", r"\bjewish\b"),
        ("belief", "jui", r"\bjui(?:f|ve)s?\b"),
        ("belief", "disch", rf"\bj{_U}disch\w*"),
        ("belief", "jud", rf"\bjud{_I}[oa]s?\b"),
        ("belief", "ebr", r"\bebre[oai]\b|\bebraic\w*"),
        ("belief", "tholi", r"\bcatholi\w*|\bkatholi\w*"),
        ("belief", "t", r"\bcat(?:ó|o)lic[oa]s?\b|\bcattolic[oa]\b"),
        ("belief", "protest", r"\bprotestant\w*"),
        ("belief", "hindu", r"\bhindu\w*"),
        ("belief", "buddh", r"\bbuddhis\w*"),
        ("belief", "bouddh", r"\bbouddhis\w*"),
        ("belief", "abbat", r"\b(?:sh|ch|s)abbat\w*"),
        ("belief", "rama", r"\bramadan\b|\bramad(?:á)n\b"),
        ("belief", "por", r"\b(?:no|without|sans|pas de) (?:pork|porc)\b"),
        ("belief", "schwein", r"\b(?:kein|ohne) schweinefleisch\b"),
        ("belief", "cerdo", r"\b(?:sin|no come) cerdo\b"),
        ("belief", "maiale", r"\bsenza (?:carne di )?maiale\b"),
        ("blacklist", "black", r"\bblack ?-?list\w*"),
        ("blacklist", "noire", r"\bliste noire\b"),
        ("blacklist", "lista n", r"\blista ne(?:gra|ra)\b"),
        ("blacklist", "schwarze", r"\bschwarze[rn]? liste\b"),
        ("blacklist", "hausverb", r"\bhausverbot\b"),
        ("blacklist", "non grata", r"\bpersona non grata\b"),
        ("blacklist", "sirable", rf"\b(?:client\w* )?ind{_E}sirable\b"),
        ("blacklist", "not rent", r"\bdo not rent\b"),
        ("blacklist", "banned", r"\bbanned\b"),
        ("blacklist", "risk level", r"\brisk level\b"),
        ("blacklist", "niveau de ris", r"\bniveau de risque\b"),
        ("blacklist", "risikost", r"\brisikostufe\b"),
        ("blacklist", "riesgo", r"\bnivel de riesgo\b"),
        ("blacklist", "rischio", r"\blivello di rischio\b"),
        ("blacklist", "payeur", r"\bmauvais payeur\b"),
        ("blacklist", "payer", r"\bbad payer\b"),
        ("police", "naissance", r"\blieu de naissance\b"),
        ("police", "of birth", r"\bplace of birth\b"),
        ("police", "geburtsort", r"\bgeburtsort\b"),
        ("police", "nacimiento", r"\blugar de nacimiento\b"),
        ("police", "nascita", r"\bluogo di nascita\b"),
    )
)
"""A phrase takes its clause with it: what the person is allergic to stands beside the word."""

_NUMBER = (
    r"(?P<number>(?=(?:[A-Z0-9]*\d){4})[A-Z0-9]{5,20}(?:[ -](?=[A-Z0-9]*\d)[A-Z0-9]{2,10}){0,3}"
    r"|\d{2,4}(?:[ -]\d{2,4}){1,4})"
)
_LINK = r"(?:[\s:.#=,-]|n[°ºo]|no\b|nr\b|num\w*|number|nummer|n(?:ú|u)mero|is|est|ist|es|è){0,12}?\s*"

DOCUMENTS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (stem, re.compile(rf"{word}{_LINK}{_NUMBER}", re.IGNORECASE))
    for stem, word in (
        ("pass", r"\b(?:passport|passeport|passaporto|reisepass|pass(?=\W{1,3}(?:no|nr)\b))\b"),
        ("pas", r"\b(?:pasaporte|paspoort)\b"),
        ("cni", r"\bcni\b"),
        ("dni", r"\bdni\b"),
        ("nie", r"\bnie\b"),
        ("ausweis", r"\b(?:personal)?ausweis\b"),
        ("identi", r"\b(?:carte d.identit\S{1,2}|carta d.identit\S{1,2}|identity (?:card|document))"),
        ("identidad", r"\b(?:carn\S{1,2}|documento|tarjeta) de identidad\b"),
        (
            "id",
            r"(?<![\w-])(?<!booking )(?<!order )(?<!guest )\bid\b"
            r"(?=\W{0,3}(?:card|doc\w*|no\b|n[°º]|nr\b|num\w*))(?:\W{0,3}(?:card|doc\w*))?",
        ),
        ("visa", r"\bvisa(?=\W{1,3}(?:no\b|n[°º]|nr\b|number))"),
        ("permis", r"\bpermis de conduire\b"),
        ("licen", r"\bdriv(?:ing|er'?s?) licen[cs]e\b"),
        ("hrerschein", rf"\bf{_U}hrerschein\b"),
    )
)
"""A document's word, then its number; only the number is taken out."""

MACHINE_READABLE = re.compile(r"[A-Z0-9<]{28,44}(?:\s+[A-Z0-9<]{28,44}){0,2}")
SPANISH_ID = re.compile(r"\b([XYZ]?)(\d{7,8})-?([A-HJ-NP-TV-Z])\b")
SPANISH_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
IMAGE = re.compile(
    r"data:image/[a-z+.-]+;base64,[A-Za-z0-9+/=\s]*|(?:/9j/|iVBORw0KGgo|R0lGOD)[A-Za-z0-9+/=]{60,}"
)
