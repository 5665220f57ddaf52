package ingress

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net/netip"
	"sync/atomic"
	"time"

	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"

	"storeweaver.dev/cluster/addons/apiclient"
	"storeweaver.dev/cluster/addons/commandline"
	"storeweaver.dev/cluster/addons/health"
)

// coalesce is how long changes are gathered before the table is built again; for as long as
// the last one took where that is more, so that a large table is not built all the time.
const coalesce = 10 * time.Millisecond

// Run watches the API and serves until ctx ends.
func Run(ctx context.Context, arguments []string) error {
	flags := flag.NewFlagSet("ingress", flag.ContinueOnError)
	kubeconfig := flags.String("kubeconfig", "", "how to reach the API server")
	var clear, secured commandline.List
	flags.Var(&clear, "listen", "address for http, such as :80 or fd/3; may be repeated")
	flags.Var(&secured, "listen-tls", "address for https; may be repeated")
	address := flags.String("status-address", "", "IP address that is written into each Ingress's status")
	healthAddress := flags.String("health", "", "address of /healthz and /readyz, HOST:PORT")
	if err := commandline.Parse(flags, arguments, "kubeconfig", "status-address"); err != nil {
		return err
	}
	if len(clear)+len(secured) == 0 {
		return errors.New("--listen or --listen-tls is missing")
	}
	if _, err := netip.ParseAddr(*address); err != nil {
		return fmt.Errorf("--status-address: %w", err)
	}
	client, err := apiclient.New(*kubeconfig, "ingress")
	if err != nil {
		return err
	}
	c, err := newController(client, *address)
	if err != nil {
		return err
	}
	if err := health.Serve(ctx, *healthAddress, c.ready); err != nil {
		return err
	}
	// nothing is accepted before the table is there: who connects early waits, and is not
	// told that the host is unknown
	if !c.watch.start(ctx) {
		return nil
	}
	c.update()
	if err := serve(clear, secured); err != nil {
		return err
	}
	defer stop()
	c.isServing.Store(true)
	c.run(ctx)
	return nil
}

// controller turns what it watches into the current table.
type controller struct {
	watch     *watch
	statuses  *statuses
	served    atomic.Pointer[map[types.UID]bool]
	dirty     chan struct{}
	isServing atomic.Bool
	warned    map[string]bool
}

func newController(client kubernetes.Interface, address string) (*controller, error) {
	c := &controller{dirty: make(chan struct{}, 1)}
	c.served.Store(&map[types.UID]bool{})
	watching, err := newWatch(client, c.mark)
	if err != nil {
		return nil, fmt.Errorf("the API cannot be watched: %w", err)
	}
	c.watch = watching
	c.statuses = newStatuses(client, address, c.find)
	return c, nil
}

func (c *controller) ready() error {
	if !c.isServing.Load() {
		return errors.New("the API has not been read yet")
	}
	return nil
}

func (c *controller) mark() {
	select {
	case c.dirty <- struct{}{}:
	default:
	}
}

// run follows the changes until ctx ends.
func (c *controller) run(ctx context.Context) {
	c.statuses.run(ctx)
	var took time.Duration
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.dirty:
		}
		time.Sleep(max(coalesce, took))
		select {
		case <-c.dirty:
		default:
		}
		began := time.Now()
		c.update()
		took = time.Since(began)
	}
}

// update routes by what is there now. A status is written only after that, so that whoever
// waits for it finds the host served.
func (c *controller) update() {
	objects := c.watch.objects()
	plan := Build(objects)
	current.Store(plan.Table)
	served := make(map[types.UID]bool, len(plan.Ours))
	for _, ingress := range plan.Ours {
		served[ingress.UID] = true
	}
	c.served.Store(&served)
	c.statuses.offer(objects.Ingresses, served)
	c.report(plan.Warnings)
}

func (c *controller) find(key types.NamespacedName) (*networkingv1.Ingress, bool) {
	ingress := c.watch.ingress(key.Namespace, key.Name)
	if ingress == nil {
		return nil, false
	}
	return ingress, (*c.served.Load())[ingress.UID]
}

// report logs each warning once for as long as it lasts.
func (c *controller) report(warnings []Warning) {
	now := make(map[string]bool, len(warnings))
	for _, warning := range warnings {
		name := warning.Ingress.Namespace + "/" + warning.Ingress.Name
		key := name + " " + warning.Reason
		if !c.warned[key] && !now[key] {
			slog.Warn(warning.Reason, "ingress", name)
		}
		now[key] = true
	}
	c.warned = now
}
