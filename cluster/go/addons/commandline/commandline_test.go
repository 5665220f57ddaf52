package commandline

import (
	"flag"
	"slices"
	"testing"
)

func parse(arguments ...string) (List, error) {
	var listen List
	flags := flag.NewFlagSet("service", flag.ContinueOnError)
	flags.String("root", "", "")
	flags.Var(&listen, "listen", "")
	err := Parse(flags, arguments, "root", "listen")
	return listen, err
}

func TestAFlagMayBeRepeated(t *testing.T) {
	listen, err := parse("--root=/r", "--listen", ":80", "--listen=fd/3")
	if err != nil || !slices.Equal(listen, []string{":80", "fd/3"}) {
		t.Fatalf("%v, %v", listen, err)
	}
}

func TestMistakesAreToldInOneLine(t *testing.T) {
	for said, arguments := range map[string][]string{
		"--root is missing":                       {"--listen=:80"},
		"--listen is missing":                     {"--root=/r"},
		`unexpected argument "more"`:              {"--root=/r", "--listen=:80", "more"},
		"flag provided but not defined: -nowhere": {"--nowhere"},
	} {
		if _, err := parse(arguments...); err == nil || err.Error() != said {
			t.Errorf("%v: %v, expected %s", arguments, err, said)
		}
	}
}
