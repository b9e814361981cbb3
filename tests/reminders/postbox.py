"""A mail server that writes down each message it took, in one write that a kill cannot halve."""

import os
from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class Postbox(BaseEmailBackend):
    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        book = os.open(os.environ["POSTBOX"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        for message in messages:
            os.write(book, f"{message.to[0]}\n".encode())
        os.close(book)
        return len(messages)
