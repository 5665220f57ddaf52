package main

import (
	"context"

	"sigs.k8s.io/metrics-server/cmd/metrics-server/app"
)

// metrics is metrics-server, by which `kubectl top` works; its flags are upstream's.
func metrics(ctx context.Context, arguments []string) error {
	command := app.NewMetricsServerCommand(ctx.Done())
	command.SetArgs(arguments)
	command.SilenceErrors, command.SilenceUsage = true, true
	return command.ExecuteContext(ctx)
}
