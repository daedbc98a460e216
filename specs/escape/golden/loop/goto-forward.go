// A label that is only jumped forward to is no loop.
package p

func forward(n int) int {
	var p *int
	if n > 0 {
		goto out
	}
	return 0
out:
	{
		x := n // want-none
		p = &x
	}
	return *p
}
