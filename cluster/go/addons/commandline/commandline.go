// Package commandline reads the flags of a service.
package commandline

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
)

// Parse reads arguments into flags. What is misspelt, left over, or missing of those
// required is an error of one line; -h prints the flags and gives flag.ErrHelp.
func Parse(flags *flag.FlagSet, arguments []string, required ...string) error {
	flags.Init(flags.Name(), flag.ContinueOnError)
	var said strings.Builder
	flags.SetOutput(&said)
	if err := flags.Parse(arguments); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			fmt.Fprint(os.Stdout, said.String())
		}
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	for _, name := range required {
		if flags.Lookup(name).Value.String() == "" {
			return fmt.Errorf("--%s is missing", name)
		}
	}
	return nil
}

// List is a flag that may be repeated.
type List []string

// String is the values as one text.
func (l *List) String() string { return strings.Join(*l, ",") }

// Set adds a value.
func (l *List) Set(value string) error {
	*l = append(*l, value)
	return nil
}
