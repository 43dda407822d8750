"""Every table, imported once, so that migrations, dump and check see them all."""

from server.captures import models as captures
from server.consents import models as consents
from server.devices import models as devices
from server.feeds import models as feeds
from server.guests import models as guests
from server.jobs import models as jobs
from server.journal import models as journal
from server.prompts import models as prompts
from server.properties import models as properties
from server.records import models as records
from server.registration import models as registration
from server.reporting import models as reporting
from server.staff import models as staff
from server.stays import models as stays

__all__ = [
    "captures",
    "consents",
    "devices",
    "feeds",
    "guests",
    "jobs",
    "journal",
    "prompts",
    "properties",
    "records",
    "registration",
    "reporting",
    "staff",
    "stays",
]
