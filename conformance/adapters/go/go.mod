module heaplaw/adapters/go

go 1.27
