"""What a tablet that cannot take a form says to a guest, before they begin: in every language of our forms.

It is the tablet's own sentence, not a form's: it is said when there is no form to fill in.
"""

from __future__ import annotations

from collections.abc import Mapping

CLOSED: Mapping[str, str] = {
    "fr": "Adressez-vous à la réception, s’il vous plaît.",
    "en": "Please see the reception.",
    "de": "Bitte wenden Sie sich an die Rezeption.",
    "es": "Diríjase a recepción, por favor.",
    "it": "Si rivolga alla reception, per favore.",
    "nl": "Ga alstublieft naar de receptie.",
    "pt": "Por favor, dirija-se à receção.",
    "pl": "Prosimy podejść do recepcji.",
    "ru": "Пожалуйста, обратитесь на стойку регистрации.",
    "ar": "يُرجى التوجّه إلى مكتب الاستقبال.",
    "zh": "请到前台办理。",
    "ja": "恐れ入りますが、フロントまでお越しください。",
}
"""Machine-made but for French, English and German, and not yet read by a native speaker."""
