package ingress

import (
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/caddyserver/caddy/v2"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	corelisters "k8s.io/client-go/listers/core/v1"
	discoverylisters "k8s.io/client-go/listers/discovery/v1"
	networkinglisters "k8s.io/client-go/listers/networking/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

// coalesce is how long changes are gathered before the table is built again.
const coalesce = 10 * time.Millisecond

type listFlag []string

func (l *listFlag) String() string { return fmt.Sprint(*l) }

func (l *listFlag) Set(value string) error {
	*l = append(*l, value)
	return nil
}

// Run watches the API and serves until ctx ends.
func Run(ctx context.Context, arguments []string) error {
	flags := flag.NewFlagSet("ingress", flag.ExitOnError)
	kubeconfig := flags.String("kubeconfig", "", "how to reach the API server")
	var clear, secured listFlag
	flags.Var(&clear, "listen", "address for http, such as :80 or fd/3; may be repeated")
	flags.Var(&secured, "listen-tls", "address for https; may be repeated")
	address := flags.String("status-address", "", "address that is written into each Ingress's status")
	health := flags.String("health", "", "address of /healthz and /readyz, HOST:PORT")
	_ = flags.Parse(arguments)
	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		return fmt.Errorf("the kubeconfig %s cannot be used: %w", *kubeconfig, err)
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	controller := newController(client, *address)
	if *health != "" {
		if err := controller.serveHealth(*health); err != nil {
			return err
		}
	}
	if err := serve(clear, secured); err != nil {
		return err
	}
	defer func() { _ = caddy.Stop() }()
	return controller.run(ctx)
}

type controller struct {
	client       kubernetes.Interface
	address      string
	dirty        chan struct{}
	ready        atomic.Bool
	factories    []informers.SharedInformerFactory
	ingresses    networkinglisters.IngressLister
	classes      networkinglisters.IngressClassLister
	services     corelisters.ServiceLister
	slices       discoverylisters.EndpointSliceLister
	sliceIndex   cache.Indexer
	secrets      corelisters.SecretLister
	certificates map[string]parsedCertificate
	warned       map[string]bool
}

// parsedCertificate spares parsing a Secret at each build that has not changed.
type parsedCertificate struct {
	version     string
	certificate *tls.Certificate
	err         error
}

const byService = "service"

func newController(client kubernetes.Interface, address string) *controller {
	all := informers.NewSharedInformerFactory(client, 0)
	certificates := informers.NewSharedInformerFactoryWithOptions(client, 0,
		informers.WithTweakListOptions(func(options *metav1.ListOptions) {
			options.FieldSelector = fields.OneTermEqualSelector("type", string(corev1.SecretTypeTLS)).String()
		}))
	c := &controller{
		client:       client,
		address:      address,
		dirty:        make(chan struct{}, 1),
		factories:    []informers.SharedInformerFactory{all, certificates},
		ingresses:    all.Networking().V1().Ingresses().Lister(),
		classes:      all.Networking().V1().IngressClasses().Lister(),
		services:     all.Core().V1().Services().Lister(),
		slices:       all.Discovery().V1().EndpointSlices().Lister(),
		sliceIndex:   all.Discovery().V1().EndpointSlices().Informer().GetIndexer(),
		secrets:      certificates.Core().V1().Secrets().Lister(),
		certificates: map[string]parsedCertificate{},
		warned:       map[string]bool{},
	}
	changed := cache.ResourceEventHandlerFuncs{
		AddFunc:    func(any) { c.mark() },
		UpdateFunc: func(_, _ any) { c.mark() },
		DeleteFunc: func(any) { c.mark() },
	}
	for _, informer := range []cache.SharedIndexInformer{
		all.Networking().V1().Ingresses().Informer(),
		all.Networking().V1().IngressClasses().Informer(),
		all.Core().V1().Services().Informer(),
		all.Discovery().V1().EndpointSlices().Informer(),
		certificates.Core().V1().Secrets().Informer(),
	} {
		_ = informer.SetTransform(withoutManagedFields)
		_, _ = informer.AddEventHandler(changed)
	}
	_ = all.Discovery().V1().EndpointSlices().Informer().AddIndexers(cache.Indexers{byService: serviceOf})
	return c
}

func withoutManagedFields(object any) (any, error) {
	if accessor, err := meta.Accessor(object); err == nil {
		accessor.SetManagedFields(nil)
	}
	return object, nil
}

func serviceOf(object any) ([]string, error) {
	slice, ok := object.(*discoveryv1.EndpointSlice)
	if !ok {
		return nil, errors.New("not an EndpointSlice")
	}
	return []string{slice.Namespace + "/" + slice.Labels[discoveryv1.LabelServiceName]}, nil
}

func (c *controller) mark() {
	select {
	case c.dirty <- struct{}{}:
	default:
	}
}

func (c *controller) run(ctx context.Context) error {
	for _, factory := range c.factories {
		factory.Start(ctx.Done())
	}
	for _, factory := range c.factories {
		factory.WaitForCacheSync(ctx.Done())
	}
	c.mark()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-c.dirty:
		}
		time.Sleep(coalesce)
		select {
		case <-c.dirty:
		default:
		}
		c.update(ctx)
	}
}

func (c *controller) update(ctx context.Context) {
	ingresses, _ := c.ingresses.List(labels.Everything())
	classes, _ := c.classes.List(labels.Everything())
	table, warnings := Build(Objects{
		Ingresses:   ingresses,
		Classes:     classes,
		Service:     c.service,
		Slices:      c.endpointSlices,
		Certificate: c.certificate,
	})
	current.Store(table)
	c.ready.Store(true)
	c.report(warnings)
	c.writeStatus(ctx, ingresses, Ours(ingresses, classes))
}

func (c *controller) service(namespace, name string) *corev1.Service {
	service, err := c.services.Services(namespace).Get(name)
	if err != nil {
		return nil
	}
	return service
}

func (c *controller) endpointSlices(namespace, service string) []*discoveryv1.EndpointSlice {
	found, _ := c.sliceIndex.ByIndex(byService, namespace+"/"+service)
	slices := make([]*discoveryv1.EndpointSlice, 0, len(found))
	for _, object := range found {
		slices = append(slices, object.(*discoveryv1.EndpointSlice))
	}
	return slices
}

func (c *controller) certificate(namespace, name string) (*tls.Certificate, error) {
	secret, err := c.secrets.Secrets(namespace).Get(name)
	if err != nil {
		return nil, errors.New("there is no Secret of that name with type kubernetes.io/tls")
	}
	key := namespace + "/" + name
	known := c.certificates[key]
	if known.version != secret.ResourceVersion {
		known = parsedCertificate{version: secret.ResourceVersion}
		known.certificate, known.err = pair(secret)
		c.certificates[key] = known
	}
	return known.certificate, known.err
}

// report logs each warning once.
func (c *controller) report(warnings []Warning) {
	now := map[string]bool{}
	for _, warning := range warnings {
		name := warning.Ingress.Namespace + "/" + warning.Ingress.Name
		now[name+warning.Reason] = true
		if !c.warned[name+warning.Reason] {
			slog.Warn(warning.Reason, "ingress", name)
		}
	}
	c.warned = now
}

func (c *controller) serveHealth(address string) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("the health address cannot be used: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("/readyz", func(w http.ResponseWriter, _ *http.Request) {
		if !c.ready.Load() {
			http.Error(w, "the API has not been read yet", http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ok")
	})
	go func() { _ = http.Serve(listener, mux) }()
	return nil
}
