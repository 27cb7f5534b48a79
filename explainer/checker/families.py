"""Families of words that many rules look for."""

ABOUT = r"(?:(?:about|around|roughly|some|nearly|almost|only|just|approximately|~) )*"
"""Words that may stand before a figure and change nothing of what it is, each with the space after it."""
ABOUT_BEFORE = r"(?: (?:about|around|roughly|some|nearly|almost|only|just|approximately|~))*"
"""The same at the end of what stands before a figure."""


PART = "model|workflow|region|provider|environment|customer|user"
"""What a cost is split by."""
KIND = f"team|feature|pool|{PART}"
"""What a name can be the name of."""


RISE = "excess|overspend|overshoot|overrun|surplus|extra|increase|rise|jump|growth|surge|spike|hike|climb"
"""Nouns for how far the cost is above what was expected."""
FALL = "saving|reduction|decrease|drop|fall|decline"
"""Nouns for how far it is below."""
DIFFERENCE = f"{RISE}|{FALL}|difference|gap|change|swing"
"""Nouns for how far it is from what was expected, either way."""
