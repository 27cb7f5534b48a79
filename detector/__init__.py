"""Is it unusual, and where: rows in, incidents out.

`Detector` learns cost rows as they become known and says at each tick what changed: incidents that opened, grew, ended,
were accepted or withdrawn. Every driver of cost is watched apart (`effects`), at many levels at once (`lane`), scored
against its own wandering (`scan`), and told at the smallest scope that holds it all (`place`).
"""

from detector.incidents import Detector
from detector.settings import DetectionSettings, Gate
from detector.types import Change, Feedback, Incident, Judgement

__all__ = ["Change", "DetectionSettings", "Detector", "Feedback", "Gate", "Incident", "Judgement"]
