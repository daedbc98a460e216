module heaplaw/alloc

go 1.24
