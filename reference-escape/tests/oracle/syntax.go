// Tells what Go's own scanner and parser find in source files, in lines that tests/oracle.rs makes too.
//
// The names of files come on standard input. For each the output has its name and a hash of its lines; with -lines, the
// lines themselves. A file that Go finds a mistake in is told as "wrong".
package main

import (
	"bufio"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"hash/fnv"
	"os"
	"sort"
)

var whole = flag.Bool("lines", false, "print lines, not their hash")

func main() {
	flag.Parse()
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	names := bufio.NewScanner(os.Stdin)
	for names.Scan() {
		tell(out, names.Text())
	}
}

func tell(out *bufio.Writer, name string) {
	text, err := os.ReadFile(name)
	lines, ok := linesOf(text)
	if err != nil || !ok {
		fmt.Fprintf(out, "%s wrong\n", name)
		return
	}
	sum := fnv.New64a()
	for _, line := range lines {
		fmt.Fprintln(sum, line)
		if *whole {
			fmt.Fprintln(out, line)
		}
	}
	if !*whole {
		fmt.Fprintf(out, "%s %016x\n", name, sum.Sum64())
	}
}

func linesOf(text []byte) ([]string, bool) {
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, "", text, parser.SkipObjectResolution)
	if err != nil {
		return nil, false
	}
	finder := finder{file: set.File(tree.FileStart)}
	ast.Inspect(tree, finder.find)
	sort.Strings(finder.lines)
	return append(tokensOf(text), finder.lines...), true
}

// tokensOf has a line for each token: where it is and how it is written, or which sort of literal it is.
func tokensOf(text []byte) []string {
	set := token.NewFileSet()
	file := set.AddFile("", -1, len(text))
	var s scanner.Scanner
	s.Init(file, text, nil, 0)
	var lines []string
	for {
		pos, tok, lit := s.Scan()
		switch {
		case tok == token.EOF:
			return lines
		case tok == token.SEMICOLON && lit != ";":
			// Where a line's end stands is told in two ways.
			lines = append(lines, "end of line")
		default:
			lines = append(lines, fmt.Sprintf("%d %v", file.Offset(pos), tok))
		}
	}
}

// A finder collects a line for each node whose position both trees have.
type finder struct {
	file  *token.File
	lines []string
}

func (f *finder) at(pos token.Pos) int { return f.file.Offset(pos) }

func (f *finder) add(format string, args ...any) {
	for i, arg := range args {
		if pos, ok := arg.(token.Pos); ok {
			args[i] = f.at(pos)
		}
	}
	f.lines = append(f.lines, fmt.Sprintf(format, args...))
}

// start is where the text of an expression begins, parentheses around its first operands aside.
func start(x ast.Expr) token.Pos {
	for {
		switch y := x.(type) {
		case *ast.ParenExpr:
			x = y.X
		case *ast.BinaryExpr:
			x = y.X
		case *ast.CallExpr:
			x = y.Fun
		case *ast.SelectorExpr:
			x = y.X
		case *ast.IndexExpr:
			x = y.X
		case *ast.IndexListExpr:
			x = y.X
		case *ast.SliceExpr:
			x = y.X
		case *ast.TypeAssertExpr:
			x = y.X
		case *ast.CompositeLit:
			if y.Type == nil {
				return y.Lbrace
			}
			x = y.Type
		case *ast.ChanType, *ast.FuncType:
			// The other tree has them at another token.
			return token.NoPos
		default:
			return x.Pos()
		}
	}
}

func (f *finder) find(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.BinaryExpr:
		if first := start(n.X); first != token.NoPos {
			f.add("binary %d %v from %d", n.OpPos, n.Op, first)
		}
	case *ast.UnaryExpr:
		f.add("unary %d %v", n.OpPos, n.Op)
	case *ast.StarExpr:
		f.add("unary %d *", n.Star)
	case *ast.CallExpr:
		f.add("call %d of %d dots %v", n.Lparen, len(n.Args), n.Ellipsis.IsValid())
	case *ast.IndexExpr:
		f.add("index %d", n.Lbrack)
	case *ast.IndexListExpr:
		f.add("index %d", n.Lbrack)
	case *ast.SliceExpr:
		f.add("slice %d full %v", n.Lbrack, n.Slice3)
	case *ast.SelectorExpr:
		f.add("selector %d", n.Sel.Pos())
	case *ast.CompositeLit:
		f.add("literal %d to %d of %d", n.Lbrace, n.Rbrace, len(n.Elts))
	case *ast.KeyValueExpr:
		f.add("pair %d", n.Colon)
	case *ast.FuncLit:
		f.add("function %d to %d", n.Pos(), n.Body.Rbrace)
	case *ast.MapType:
		f.add("map %d", n.Map)
	case *ast.StructType:
		f.add("struct %d", n.Struct)
	case *ast.InterfaceType:
		f.add("interface %d", n.Interface)
	case *ast.ArrayType:
		f.add("array %d", n.Lbrack)
	default:
		f.stmt(n)
	}
	return true
}

func (f *finder) stmt(n ast.Node) {
	switch n := n.(type) {
	case *ast.AssignStmt:
		// x := y.(type) is no assignment in the other tree.
		if y, is := n.Rhs[0].(*ast.TypeAssertExpr); is && y.Type == nil {
			return
		}
		f.add("assignment %d %v", n.TokPos, n.Tok)
	case *ast.IncDecStmt:
		f.add("assignment %d %v", n.TokPos, n.Tok)
	case *ast.SendStmt:
		f.add("send %d", n.Arrow)
	case *ast.LabeledStmt:
		f.add("label %d", n.Colon)
	case *ast.IfStmt:
		f.add("if %d else %v", n.If, n.Else != nil)
	case *ast.ForStmt:
		f.add("for %d", n.For)
	case *ast.RangeStmt:
		f.add("for %d", n.For)
		f.add("range %d", n.Range)
	case *ast.SwitchStmt:
		f.add("switch %d to %d of %d", n.Switch, n.Body.Rbrace, len(n.Body.List))
	case *ast.TypeSwitchStmt:
		f.add("switch %d to %d of %d", n.Switch, n.Body.Rbrace, len(n.Body.List))
	case *ast.SelectStmt:
		f.add("select %d to %d of %d", n.Select, n.Body.Rbrace, len(n.Body.List))
	case *ast.ReturnStmt:
		f.add("return %d", n.Return)
	case *ast.BranchStmt:
		f.add("branch %d", n.TokPos)
	case *ast.GoStmt:
		f.add("spawn %d", n.Go)
	case *ast.DeferStmt:
		f.add("spawn %d", n.Defer)
	}
}
