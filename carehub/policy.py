"""The policy's clauses, as every page cites them: 依据 三（二）1, and the Chinese sentence behind it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Clause:
    code: str
    basis: str  # the place in the document: 三（二）1
    text: str


CLAUSES = {
    clause.code: clause
    for clause in (
        Clause("C-2.1", "三（二）1", "校级党员领导干部每年至少同分管中层干部或党总支书记谈心谈话一次。"),
        Clause("C-2.2", "三（二）1", "党总支书记每季度至少与党支部书记谈心谈话一次。"),
        Clause("C-2.3", "三（二）1", "党支部书记每年至少与本支部每一名党员谈心谈话一次。"),
        Clause("C-2.6", "三（二）1", "谈话形式既可以单独谈心，也可以集体谈话。"),
        Clause(
            "C-5.3",
            "五",
            "党委组织部加强指导，学校党委定期或不定期督促检查；对责任不落实、搞形式主义、工作敷衍应付的，严肃问责追责。",
        ),
    )
}
