package ingress

import (
	"context"
	"errors"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	corelisters "k8s.io/client-go/listers/core/v1"
	networkinglisters "k8s.io/client-go/listers/networking/v1"
	"k8s.io/client-go/tools/cache"
)

// watch keeps what the API has of the objects that matter here.
type watch struct {
	factories []informers.SharedInformerFactory
	synced    []cache.InformerSynced
	ingresses networkinglisters.IngressLister
	classes   networkinglisters.IngressClassLister
	services  corelisters.ServiceLister
	slices    cache.Indexer
	keyPairs  keyPairs
}

const byService = "service"

// newWatch calls changed at each change, once it is started.
func newWatch(client kubernetes.Interface, changed func()) (*watch, error) {
	all := informers.NewSharedInformerFactory(client, 0)
	certificates := informers.NewSharedInformerFactoryWithOptions(client, 0,
		informers.WithTweakListOptions(func(options *metav1.ListOptions) {
			options.FieldSelector = fields.OneTermEqualSelector("type", string(corev1.SecretTypeTLS)).String()
		}))
	slices := all.Discovery().V1().EndpointSlices().Informer()
	w := &watch{
		factories: []informers.SharedInformerFactory{all, certificates},
		ingresses: all.Networking().V1().Ingresses().Lister(),
		classes:   all.Networking().V1().IngressClasses().Lister(),
		services:  all.Core().V1().Services().Lister(),
		slices:    slices.GetIndexer(),
		keyPairs:  keyPairs{secrets: certificates.Core().V1().Secrets().Lister()},
	}
	if err := slices.AddIndexers(cache.Indexers{byService: serviceOf}); err != nil {
		return nil, err
	}
	handler := cache.ResourceEventHandlerFuncs{
		AddFunc:    func(any) { changed() },
		UpdateFunc: func(_, _ any) { changed() },
		DeleteFunc: func(any) { changed() },
	}
	for _, informer := range []cache.SharedIndexInformer{
		all.Networking().V1().Ingresses().Informer(),
		all.Networking().V1().IngressClasses().Informer(),
		all.Core().V1().Services().Informer(),
		slices,
		certificates.Core().V1().Secrets().Informer(),
	} {
		if err := informer.SetTransform(withoutManagedFields); err != nil {
			return nil, err
		}
		registration, err := informer.AddEventHandler(handler)
		if err != nil {
			return nil, err
		}
		w.synced = append(w.synced, registration.HasSynced)
	}
	return w, nil
}

// start returns when everything has been read; false when ctx ended before.
func (w *watch) start(ctx context.Context) bool {
	for _, factory := range w.factories {
		factory.Start(ctx.Done())
	}
	return cache.WaitForCacheSync(ctx.Done(), w.synced...)
}

// objects are those of this moment, to be used before it is called again.
func (w *watch) objects() Objects {
	// reading from the local cache cannot fail
	ingresses, _ := w.ingresses.List(labels.Everything())
	classes, _ := w.classes.List(labels.Everything())
	return Objects{
		Ingresses:   ingresses,
		Classes:     classes,
		Service:     w.service,
		Slices:      w.endpointSlices,
		Certificate: w.keyPairs.generation(),
	}
}

// ingress is as the API had it last; nil where it is gone.
func (w *watch) ingress(namespace, name string) *networkingv1.Ingress {
	found, err := w.ingresses.Ingresses(namespace).Get(name)
	if err != nil {
		return nil
	}
	return found
}

func (w *watch) service(namespace, name string) *corev1.Service {
	found, err := w.services.Services(namespace).Get(name)
	if err != nil {
		return nil
	}
	return found
}

func (w *watch) endpointSlices(namespace, service string) []*discoveryv1.EndpointSlice {
	found, _ := w.slices.ByIndex(byService, namespace+"/"+service)
	slices := make([]*discoveryv1.EndpointSlice, 0, len(found))
	for _, each := range found {
		slices = append(slices, each.(*discoveryv1.EndpointSlice))
	}
	return slices
}

func serviceOf(each any) ([]string, error) {
	slice, ok := each.(*discoveryv1.EndpointSlice)
	if !ok {
		return nil, errors.New("not an EndpointSlice")
	}
	return []string{slice.Namespace + "/" + slice.Labels[discoveryv1.LabelServiceName]}, nil
}

// withoutManagedFields saves memory; nothing here reads them.
func withoutManagedFields(each any) (any, error) {
	if accessor, err := meta.Accessor(each); err == nil {
		accessor.SetManagedFields(nil)
	}
	return each, nil
}
