"""请求约谈: a member asks for a talk, the secretary answers, a talk settles it."""
