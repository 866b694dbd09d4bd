"""The chapters' exercises: self-checks of answers, and editions of the chapters for students and instructors."""

from migrationbook.exercises.check import check_answer

__all__ = ["check_answer"]
