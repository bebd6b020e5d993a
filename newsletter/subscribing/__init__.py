"""Use cases of readers: sign up, confirm, choose, leave, come back, be forgotten.

Values in, values out; nothing here knows the web. Every function takes a `Reception` first:

    reception = open_reception(store, site, signer, clock)

=====================  =====================================================================
sign up                `sign_up`, `look_at_confirmation`, `confirm`, `ask_again`, `invite`
preferences            `read_preferences`, `choose_interests`, `pause`, `ask_fresh_link`
by a fresh link only   `rename`, `ask_address_change`, `download`, `erase_me`
a new address          `look_at_move`, `move`
leave                  `unsubscribe`, `give_reason`, `look_at_undo`, `undo`
people of the site     `find`, `proof`, `unsubscribe_address`, `lift_bounce`, `erase_address`
the provider           `complain`, `bounce`
lists                  `refusals`, `bring_in`, `take_noes`
mails                  `Postroom(reception, transport).deliver()`
the scheduler          `keep_up`
forms                  `reception.stamps.make(form)`, `reception.stamps.judge(form, stamp, trap)`
=====================  =====================================================================

What `look_at_...` and `read_...` do changes nothing; the others are for POST only.
"""

from newsletter.subscribing.addresses import masked, normalise
from newsletter.subscribing.bringing_in import BroughtIn, Refusal, Yes, bring_in, refusals
from newsletter.subscribing.bringing_noes import No, take_noes
from newsletter.subscribing.choosing import (
    PAUSES,
    Choice,
    Preferences,
    ask_fresh_link,
    choose_interests,
    pause,
    read_preferences,
    rename,
)
from newsletter.subscribing.confirming import (
    Confirmation,
    Confirmed,
    ask_again,
    confirm,
    look_at_confirmation,
)
from newsletter.subscribing.forms import FormStamps, Verdict
from newsletter.subscribing.keeping import (
    bounce,
    complain,
    find,
    lift_bounce,
    proof,
    unsubscribe_address,
)
from newsletter.subscribing.leaving import (
    Left,
    Undone,
    give_reason,
    look_at_undo,
    undo,
    unsubscribe,
)
from newsletter.subscribing.limits import RequestLimits
from newsletter.subscribing.mailing import Postroom
from newsletter.subscribing.moving import Move, ask_address_change, look_at_move, move
from newsletter.subscribing.own_data import download, erase_address, erase_me, line_json
from newsletter.subscribing.reception import OnErase, Reception, open_reception
from newsletter.subscribing.signing_up import CheckYourMail, SignUp, invite, sign_up
from newsletter.subscribing.upkeep import keep_up
from newsletter.subscribing.wishes import Wishes

__all__ = [
    "PAUSES",
    "BroughtIn",
    "CheckYourMail",
    "Choice",
    "Confirmation",
    "Confirmed",
    "FormStamps",
    "Left",
    "Move",
    "No",
    "OnErase",
    "Postroom",
    "Preferences",
    "Reception",
    "Refusal",
    "RequestLimits",
    "SignUp",
    "Undone",
    "Verdict",
    "Wishes",
    "Yes",
    "ask_address_change",
    "ask_again",
    "ask_fresh_link",
    "bounce",
    "bring_in",
    "choose_interests",
    "complain",
    "confirm",
    "download",
    "erase_address",
    "erase_me",
    "find",
    "give_reason",
    "invite",
    "keep_up",
    "lift_bounce",
    "line_json",
    "look_at_confirmation",
    "look_at_move",
    "look_at_undo",
    "masked",
    "move",
    "normalise",
    "open_reception",
    "pause",
    "proof",
    "read_preferences",
    "refusals",
    "rename",
    "sign_up",
    "take_noes",
    "undo",
    "unsubscribe",
    "unsubscribe_address",
]
