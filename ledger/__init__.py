"""What was spent, and by whom: readers, prices, the cost store, events and outcomes.

Readers (`ledger.readers.READERS`) turn files and databases into a `Batch`; the `Store` keeps each load whole and
gives, for any moment, the cost rows known then as a `CostTable`: columnar, one leaf a combination of dimensions,
integer nano-dollars. Nothing is edited; a correction is a later row, an undo a later fact.
"""

from ledger.batch import BadRows, Batch, Fault, LoadReport
from ledger.rehearsal import rehearsal
from ledger.store import Freshness, Load, Store
from ledger.table import CostTable, table_of
from ledger.truth import Account, Difference
from ledger.types import DIMENSIONS, DRIVERS, NANO, Event, LedgerError, Outcome, Scope

__all__ = [
    "DIMENSIONS",
    "DRIVERS",
    "NANO",
    "Account",
    "BadRows",
    "Batch",
    "CostTable",
    "Difference",
    "Event",
    "Fault",
    "Freshness",
    "LedgerError",
    "Load",
    "LoadReport",
    "Outcome",
    "Scope",
    "Store",
    "rehearsal",
    "table_of",
]
