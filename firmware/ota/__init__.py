"""callbox-ota: updates by RAUC, and the judgement whether a new version may stay."""
