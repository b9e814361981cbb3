"""办理事项: asking for help, giving it to somebody, handing it up, and what came of it."""
