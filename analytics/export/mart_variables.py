"""Variables made of columns of the marts, and the reading of a dataset of them."""

from dataclasses import dataclass

import duckdb

from analytics.export.code_lists import YES_NO
from analytics.export.datasets import Dataset, Kind, Variable, dataset


@dataclass(frozen=True)
class Made:
    """A variable and the SQL that makes it; SQL that is a text in quotes is assigned.

    `source` names the columns where the SQL is more than one column, `predecessor`, `codes` and
    `method` are those of the variable.
    """

    name: str
    label: str
    kind: Kind
    sql: str
    source: str | None = None
    predecessor: str | None = None
    codes: str | None = None
    method: str | None = None

    @property
    def variable(self) -> Variable:
        """The variable without its SQL."""
        read_from = "Assigned" if self.sql.startswith("'") else f"marts.{self.source or self.sql}"
        return Variable(
            self.name,
            self.label,
            self.kind,
            read_from,
            predecessor=self.predecessor,
            codes=YES_NO if self.kind == "flag" else self.codes,
            method=self.method,
        )

    @property
    def expression(self) -> str:
        """The SQL of the select list; of a flag Y, N or NULL."""
        if self.kind == "flag":
            return f"case when {self.sql} then 'Y' when not {self.sql} then 'N' end as {self.name}"
        return f"{self.sql} as {self.name}"


@dataclass(frozen=True)
class MartDataset:
    """A dataset whose variables are all made of the tables named in `tables` (SQL)."""

    name: str
    label: str
    keys: tuple[str, ...]
    made: tuple[Made, ...]
    tables: str

    def read(self, connection: duckdb.DuckDBPyConnection) -> Dataset:
        """The dataset of an open warehouse."""
        columns = ", ".join(item.expression for item in self.made)
        rows = connection.sql(f"select {columns} from {self.tables}").pl()
        variables = tuple(item.variable for item in self.made)
        return dataset(self.name, self.label, self.keys, variables, rows)
