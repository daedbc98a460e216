// Tells what go/types says of packages: one line for each expression, with its position, kind, mode, type and
// value.
//
// The packages come on standard input, as `go list` prints them in dependency order: import path, directory,
// files and the import map, separated by tabs. The arguments name the packages to tell of; without any it is
// all of them.
package main

import (
	"bufio"
	"fmt"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
)

type listed struct {
	path, dir string
	files     []string
	imports   map[string]string
}

func main() {
	wanted := map[string]bool{}
	for _, path := range os.Args[1:] {
		wanted[path] = true
	}
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	defer out.Flush()
	fset := token.NewFileSet()
	known := map[string]*types.Package{"unsafe": types.Unsafe}
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<24)
	for in.Scan() {
		p := read(in.Text())
		if p.path == "unsafe" || strings.HasSuffix(p.path, ".test") {
			continue // the latter are the programs that run tests
		}
		check(out, fset, known, p, len(wanted) == 0 || wanted[p.path])
	}
}

func read(line string) listed {
	parts := strings.Split(line, "\t")
	p := listed{path: parts[0], dir: parts[1], files: strings.Fields(parts[2]), imports: map[string]string{}}
	for _, pair := range strings.Split(parts[3], ";") {
		if from, to, ok := strings.Cut(pair, "="); ok {
			p.imports[from] = to
		}
	}
	return p
}

type importer struct {
	known map[string]*types.Package
	from  listed
}

func (i importer) Import(path string) (*types.Package, error) {
	if to, ok := i.from.imports[path]; ok {
		path = to
	}
	if p := i.known[path]; p != nil {
		return p, nil
	}
	return nil, fmt.Errorf("not listed: %s", path)
}

func check(out *bufio.Writer, fset *token.FileSet, known map[string]*types.Package, p listed, tell bool) {
	var files []*ast.File
	for _, name := range p.files {
		f, err := parser.ParseFile(fset, filepath.Join(p.dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		files = append(files, f)
	}
	info := &types.Info{Defs: map[*ast.Ident]types.Object{}}
	if tell {
		info.Types = map[ast.Expr]types.TypeAndValue{}
		info.Uses = map[*ast.Ident]types.Object{}
		info.Selections = map[*ast.SelectorExpr]*types.Selection{}
		info.Instances = map[*ast.Ident]types.Instance{}
	}
	conf := types.Config{
		Importer:         importer{known, p},
		Sizes:            types.SizesFor("gc", os.Getenv("ORACLE_GOARCH")),
		GoVersion:        "go1.27",
		IgnoreFuncBodies: !tell,
		Error:            func(err error) { fmt.Fprintln(os.Stderr, "go/types:", err) },
	}
	pkg, _ := conf.Check(p.path, fset, files, info)
	known[p.path] = pkg
	noteReceivers(pkg)
	noteGenerics(files, info)
	if !tell {
		return
	}
	fmt.Fprintf(out, "package %s\n", p.path)
	var lines []string
	// Of x++ go/types makes x += 1 with a literal that no file has.
	written := map[ast.Node]bool{}
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			written[n] = true
			return true
		})
	}
	overArrays(files, info)
	for e, tv := range info.Types {
		if !written[e] {
			continue
		}
		if name, ok := e.(*ast.Ident); ok && name.Name == "iota" {
			continue // its value is that of whichever constant repeated it last
		}
		if line := tellExpr(fset, e, tv); line != "" {
			lines = append(lines, line)
		}
	}
	lines = append(lines, tellObjects(fset, info)...)
	sort.Strings(lines)
	for _, line := range lines {
		fmt.Fprintln(out, line)
	}
	for i, init := range info.InitOrder {
		fmt.Fprintf(out, "init:%d ", i)
		for j, v := range init.Lhs {
			if j > 0 {
				fmt.Fprint(out, ",")
			}
			fmt.Fprint(out, v.Name())
		}
		fmt.Fprintln(out)
	}
}

// tellObjects tells for identifiers what they denote, for selectors the way to what they select, and for
// generic functions and types their arguments. Fields and methods of interfaces are no objects of ours.
func tellObjects(fset *token.FileSet, info *types.Info) (lines []string) {
	at := func(pos token.Pos) string {
		if !pos.IsValid() {
			return "-"
		}
		p := fset.PositionFor(pos, false)
		return fmt.Sprintf("%s:%d", filepath.Base(p.Filename), p.Offset)
	}
	object := func(id *ast.Ident, obj types.Object) {
		kind := ""
		switch obj := obj.(type) {
		case *types.Const:
			kind = "const"
		case *types.TypeName:
			kind = "type"
		case *types.Var:
			if obj.IsField() {
				return
			}
			kind = "var"
		case *types.Func:
			if obj.Signature().Recv() != nil {
				return
			}
			kind = "func"
		case *types.Label:
			kind = "label"
		case *types.Builtin:
			kind = "builtin"
		case *types.Nil:
			kind = "nil"
		default:
			return
		}
		lines = append(lines, fmt.Sprintf("%s:O %s %s", at(id.Pos()), kind, at(obj.Pos())))
	}
	for id, obj := range info.Uses {
		object(id, obj)
	}
	for id, obj := range info.Defs {
		object(id, obj)
	}
	for e, s := range info.Selections {
		kind := [...]string{"field", "method", "expr"}[s.Kind()]
		path := s.Index()
		if s.Kind() != types.FieldVal {
			path = path[:len(path)-1] // the order of methods is everybody's own
		}
		lines = append(lines, fmt.Sprintf("%s:P %s %v %v", at(e.Sel.Pos()), kind, path, s.Indirect()))
	}
	for id, instance := range info.Instances {
		w := writer{}
		for i := range instance.TypeArgs.Len() {
			if i > 0 {
				w.WriteString(", ")
			}
			w.typ(instance.TypeArgs.At(i))
		}
		lines = append(lines, fmt.Sprintf("%s:G %s", at(id.Pos()), w.String()))
	}
	return lines
}

// To the compiler, though not to go/types, a loop over an array that asks for no element and makes no call has
// the constant length of the array as its operand.
func overArrays(files []*ast.File, info *types.Info) {
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			loop, ok := n.(*ast.RangeStmt)
			if !ok || loop.Value != nil || calls(loop.X) {
				return true
			}
			x := ast.Unparen(loop.X)
			t := info.Types[x].Type.Underlying()
			if p, ok := t.(*types.Pointer); ok {
				t = p.Elem().Underlying()
			}
			if a, ok := t.(*types.Array); ok {
				info.Types[x] = types.TypeAndValue{Type: types.Typ[types.Int], Value: constant.MakeInt64(a.Len())}
			}
			return true
		})
	}
}

func calls(x ast.Expr) bool {
	found := false
	ast.Inspect(x, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			found = true
		case *ast.UnaryExpr:
			found = found || n.Op == token.ARROW
		case *ast.FuncLit:
			return false
		}
		return !found
	})
	return found
}

// A method's receiver parameters are told as those of its type.
var original = map[*types.TypeParam]*types.TypeParam{}

func noteReceivers(pkg *types.Package) {
	for _, name := range pkg.Scope().Names() {
		obj, ok := pkg.Scope().Lookup(name).(*types.TypeName)
		if !ok {
			continue
		}
		named, ok := obj.Type().(*types.Named)
		if !ok {
			continue
		}
		for i := range named.NumMethods() {
			params := named.Method(i).Signature().RecvTypeParams()
			for j := range params.Len() {
				if j < named.TypeParams().Len() {
					original[params.At(j)] = named.TypeParams().At(j)
				}
			}
		}
	}
}

// A type that is declared in a generic function is another one for each of the function's instances: the
// compiler gives it the function's parameters. This tells those of the functions that have any.
type generic struct {
	pos, end token.Pos
	params   []*types.TypeParam
}

var generics []generic

func noteGenerics(files []*ast.File, info *types.Info) {
	for _, f := range files {
		for _, d := range f.Decls {
			d, ok := d.(*ast.FuncDecl)
			if !ok || d.Body == nil {
				continue
			}
			sig := info.Defs[d.Name].(*types.Func).Signature()
			g := generic{pos: d.Body.Pos(), end: d.Body.End()}
			for _, list := range []*types.TypeParamList{sig.RecvTypeParams(), sig.TypeParams()} {
				for i := range list.Len() {
					g.params = append(g.params, list.At(i))
				}
			}
			if len(g.params) > 0 {
				generics = append(generics, g)
			}
		}
	}
}

func implicit(obj *types.TypeName) []*types.TypeParam {
	if obj.Pkg() == nil || obj.Parent() == obj.Pkg().Scope() {
		return nil
	}
	for _, g := range generics {
		if g.pos <= obj.Pos() && obj.Pos() < g.end {
			return g.params
		}
	}
	return nil
}

func tellExpr(fset *token.FileSet, e ast.Expr, tv types.TypeAndValue) string {
	pos, kind := place(e)
	if kind == 0 || tv.IsNil() || kind == 'B' && tv.IsType() {
		return "" // of a union we note the whole
	}
	mode := "v"
	value := ""
	switch {
	case tv.IsBuiltin():
		return ""
	case tv.IsVoid():
		mode = "n"
	case tv.IsType():
		mode = "t"
	case tv.Value != nil:
		mode = "c"
		value = " = " + tv.Value.ExactString()
		if tv.Value.Kind() == constant.String {
			value = " = " + strconv.Quote(constant.StringVal(tv.Value))
		}
		value += " ~ " + tv.Value.String()
	case tv.Addressable():
		mode = "a"
	}
	p := fset.PositionFor(pos, false)
	w := writer{}
	if mode != "n" {
		w.typ(tv.Type)
	}
	return fmt.Sprintf("%s:%d:%c %s %s%s", filepath.Base(p.Filename), p.Offset, kind, mode, w.String(), value)
}

// place gives the compiler's position of an expression, as far as go/ast knows it, and a letter for its kind.
func place(e ast.Expr) (token.Pos, byte) {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Pos(), 'N'
	case *ast.BasicLit:
		return e.Pos(), 'L'
	case *ast.CompositeLit:
		return e.Lbrace, 'K'
	case *ast.FuncLit:
		return e.Pos(), 'F'
	case *ast.SelectorExpr:
		return e.Sel.Pos(), 'S'
	case *ast.IndexExpr:
		return e.Lbrack, 'I'
	case *ast.IndexListExpr:
		return e.Lbrack, 'I'
	case *ast.SliceExpr:
		return e.Lbrack, 'X'
	case *ast.TypeAssertExpr:
		return e.Lparen - 1, 'A'
	case *ast.CallExpr:
		return e.Lparen, 'C'
	case *ast.StarExpr:
		return e.Pos(), 'U'
	case *ast.UnaryExpr:
		return e.Pos(), 'U'
	case *ast.BinaryExpr:
		return e.OpPos, 'B'
	case *ast.ArrayType:
		return e.Pos(), 'T'
	case *ast.StructType, *ast.MapType, *ast.InterfaceType:
		return e.Pos(), 'T'
	}
	return 0, 0
}

// writer writes types as the compiler does in its messages.
type writer struct {
	strings.Builder
	link bool
}

var any_ = types.Universe.Lookup("any").Type().Underlying()

func (w *writer) typ(t types.Type) {
	t = types.Unalias(t)
	switch t := t.(type) {
	case *types.Basic:
		name := t.Name()
		if w.link {
			name = types.Typ[t.Kind()].Name()
		}
		if t.Kind() == types.UnsafePointer {
			name = "unsafe.Pointer"
		}
		w.WriteString(name)
	case *types.Pointer:
		w.WriteByte('*')
		w.typ(t.Elem())
	case *types.Slice:
		w.WriteString("[]")
		w.typ(t.Elem())
	case *types.Array:
		fmt.Fprintf(w, "[%d]", t.Len())
		w.typ(t.Elem())
	case *types.Map:
		w.WriteString("map[")
		w.typ(t.Key())
		w.WriteByte(']')
		w.typ(t.Elem())
	case *types.Chan:
		w.channel(t)
	case *types.Tuple:
		w.tuple(t, false)
	case *types.Signature:
		w.WriteString("func")
		w.signature(t)
	case *types.Struct:
		w.structure(t)
	case *types.Interface:
		w.iface(t)
	case *types.Union:
		for i := range t.Len() {
			if i > 0 {
				w.WriteString(" | ")
			}
			if t.Term(i).Tilde() {
				w.WriteByte('~')
			}
			w.typ(t.Term(i).Type())
		}
	case *types.Named:
		w.named(t)
	case *types.TypeParam:
		if o := original[t]; o != nil {
			t = o
		}
		w.WriteString(t.Obj().Name())
	default:
		fmt.Fprintf(w, "?%T", t)
	}
}

func (w *writer) qualifier(p *types.Package) {
	if p == nil {
		return
	}
	if w.link {
		w.WriteString(linkPath(p.Path()))
	} else {
		w.WriteString(p.Name())
	}
	w.WriteByte('.')
}

// linkPath escapes an import path as names of the linker have it.
func linkPath(path string) string {
	slash := strings.LastIndexByte(path, '/')
	var b strings.Builder
	for i := range len(path) {
		c := path[i]
		if c <= ' ' || c == '%' || c == '"' || c >= 0x7f || c == '.' && i > slash {
			fmt.Fprintf(&b, "%%%02x", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

func (w *writer) named(t *types.Named) {
	w.qualifier(t.Obj().Pkg())
	w.WriteString(t.Obj().Name())
	for i, p := range implicit(t.Obj()) {
		w.WriteByte("[,"[min(i, 1)])
		w.typ(p)
		if i == len(implicit(t.Obj()))-1 {
			w.WriteByte(']')
		}
	}
	if args := t.TypeArgs(); args.Len() > 0 {
		w.WriteByte('[')
		link := w.link
		w.link = true
		for i := range args.Len() {
			if i > 0 {
				w.WriteByte(',')
			}
			w.typ(args.At(i))
		}
		w.link = link
		w.WriteByte(']')
	}
}

func (w *writer) channel(t *types.Chan) {
	switch t.Dir() {
	case types.RecvOnly:
		w.WriteString("<-chan ")
	case types.SendOnly:
		w.WriteString("chan<- ")
	default:
		w.WriteString("chan ")
		if c, ok := types.Unalias(t.Elem()).(*types.Chan); ok && c.Dir() == types.RecvOnly {
			w.WriteByte('(')
			w.typ(c)
			w.WriteByte(')')
			return
		}
	}
	w.typ(t.Elem())
}

func (w *writer) tuple(t *types.Tuple, variadic bool) {
	w.WriteByte('(')
	for i := range t.Len() {
		if i > 0 {
			w.WriteString(", ")
		}
		typ := t.At(i).Type()
		if s, ok := types.Unalias(typ).(*types.Slice); ok && variadic && i == t.Len()-1 {
			w.WriteString("...")
			typ = s.Elem()
		}
		w.typ(typ)
	}
	w.WriteByte(')')
}

func (w *writer) signature(t *types.Signature) {
	w.tuple(t.Params(), t.Variadic())
	switch t.Results().Len() {
	case 0:
	case 1:
		w.WriteByte(' ')
		w.typ(t.Results().At(0).Type())
	default:
		w.WriteByte(' ')
		w.tuple(t.Results(), false)
	}
}

func (w *writer) structure(t *types.Struct) {
	w.WriteString("struct {")
	for i := range t.NumFields() {
		if i > 0 {
			w.WriteByte(';')
		}
		w.WriteByte(' ')
		f := t.Field(i)
		if !f.Embedded() {
			if !f.Exported() {
				w.qualifier(f.Pkg())
			}
			w.WriteString(f.Name() + " ")
		}
		w.typ(f.Type())
		if tag := t.Tag(i); tag != "" {
			w.WriteString(" " + strconv.Quote(tag))
		}
	}
	if t.NumFields() > 0 {
		w.WriteByte(' ')
	}
	w.WriteByte('}')
}

func (w *writer) iface(t *types.Interface) {
	if t == any_ && !w.link {
		w.WriteString("any")
		return
	}
	if t.IsComparable() && t.NumExplicitMethods() == 0 && t.NumEmbeddeds() == 0 {
		w.WriteString("interface { comparable }")
		return
	}
	methods := map[string]*types.Func{}
	for i := range t.NumExplicitMethods() {
		methods[t.ExplicitMethod(i).Id()] = t.ExplicitMethod(i)
	}
	var rest []types.Type
	for i := range t.NumEmbeddeds() {
		e := t.EmbeddedType(i)
		if it, ok := e.Underlying().(*types.Interface); ok && it.IsMethodSet() {
			for j := range it.NumMethods() {
				methods[it.Method(j).Id()] = it.Method(j)
			}
		} else {
			rest = append(rest, e)
		}
	}
	if len(methods)+len(rest) == 0 {
		w.WriteString("interface {}")
		return
	}
	var order []*types.Func
	for _, m := range methods {
		order = append(order, m)
	}
	sort.Slice(order, func(i, j int) bool {
		a, b := order[i], order[j]
		if a.Exported() != b.Exported() {
			return a.Exported()
		}
		if a.Name() != b.Name() {
			return a.Name() < b.Name()
		}
		return a.Pkg().Path() < b.Pkg().Path()
	})
	w.WriteString("interface {")
	for i, m := range order {
		if i > 0 {
			w.WriteByte(';')
		}
		w.WriteByte(' ')
		if !m.Exported() {
			w.WriteString(linkPath(m.Pkg().Path()) + ".")
		}
		w.WriteString(m.Name())
		w.signature(m.Signature())
	}
	for i, e := range rest {
		if i+len(order) > 0 {
			w.WriteByte(';')
		}
		w.WriteByte(' ')
		w.typ(e)
	}
	w.WriteString(" }")
}
