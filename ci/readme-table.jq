# From a report in JSON to the rows of README.md's table: one for each target and suite.
.targets[] | .spec as $target
| .invariants | group_by(.id | split("/")[:-1]) | .[]
| (.[0].id | split("/")[:-1] | join("/")) as $suite
| (map(select(.verdict == "broken" and .outcome == "as-expected")) | length) as $known
| (map(select(.verdict == "broken")) | length) as $broken
| def count($verdict): map(select(.verdict == $verdict)) | length;
  "| `\($target)` | `\($suite)` | \(count("holds")) | \($known) | \($broken - $known) | \(count("inconclusive")) | \(count("not-applicable")) |"
