-- Only in this clone: the number belongs to another one.
SELECT 1;
