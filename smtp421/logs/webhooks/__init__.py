"""Events that sending services post to their customers: a table a service, in a file of its name."""

from smtp421.logs.interface import Format
from smtp421.logs.webhooks import amazon_ses, brevo, mailgun, mandrill, postal, postmark, resend, scaleway, sendgrid, sparkpost
from smtp421.logs.webhooks.service import format_of

SERVICES = (
    sendgrid.SERVICE,
    mailgun.SERVICE,
    amazon_ses.SERVICE,
    sparkpost.SERVICE,
    mandrill.SERVICE,
    postmark.SERVICE,
    postal.SERVICE,
    scaleway.SERVICE,
    resend.SERVICE,
    brevo.SERVICE,
)
"""In the order in which a line is tried; the fewer fields of its own a service has, the later."""

FORMATS: tuple[Format, ...] = tuple(map(format_of, SERVICES))
