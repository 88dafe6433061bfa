"""Papers: reports, sign sheets and proofs as PDF, drawn from what registers and reports count."""
