"$simulate" topology dgx_h100_rail_ndr400 --chips 12 --graphml "$temp/m.graphml" || { status=$?; ls -A "$temp" >&2; (exit $status); }
