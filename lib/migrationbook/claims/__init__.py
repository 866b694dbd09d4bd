"""The claims of the article: the register, the rules that judge them, and the judgements the chapters record."""

from migrationbook.claims.judge import Judgement, judge, judged

__all__ = ["Judgement", "judge", "judged"]
