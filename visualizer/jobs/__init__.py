"""The single place where work leaves the GUI thread.

`LatestWins` for interactive work, `InOrder` for work that must not be lost, `StepJob` for long work
that yields steps and can be paused and cancelled.
"""

from visualizer.jobs.errors import JobError, explain
from visualizer.jobs.lanes import InOrder, LatestWins
from visualizer.jobs.steps import JobState, StepJob

__all__ = ["InOrder", "JobError", "JobState", "LatestWins", "StepJob", "explain"]
