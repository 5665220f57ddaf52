package ingress

import (
	"context"
	"log/slog"
	"time"

	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/util/workqueue"
)

const (
	statusWriters    = 4
	statusRetryFirst = 20 * time.Millisecond
	statusRetryMost  = 30 * time.Second
)

// statuses gives each Ingress that is served the address by which it is reached, and takes
// it from those that are served no more. It writes beside the building of tables, which
// must not wait for the API server.
type statuses struct {
	client  kubernetes.Interface
	address string
	// find gives an Ingress as it is now, nil where it is gone, and whether it is served.
	find  func(types.NamespacedName) (ingress *networkingv1.Ingress, isServed bool)
	queue workqueue.TypedRateLimitingInterface[types.NamespacedName]
}

func newStatuses(
	client kubernetes.Interface,
	address string,
	find func(types.NamespacedName) (*networkingv1.Ingress, bool),
) *statuses {
	limiter := workqueue.NewTypedItemExponentialFailureRateLimiter[types.NamespacedName](statusRetryFirst, statusRetryMost)
	return &statuses{client: client, address: address, find: find, queue: workqueue.NewTypedRateLimitingQueue(limiter)}
}

// run writes until ctx ends.
func (s *statuses) run(ctx context.Context) {
	context.AfterFunc(ctx, s.queue.ShutDown)
	for range statusWriters {
		go func() {
			for {
				key, isOver := s.queue.Get()
				if isOver {
					return
				}
				if s.write(ctx, key) {
					s.queue.Forget(key)
				} else {
					s.queue.AddRateLimited(key)
				}
				s.queue.Done(key)
			}
		}()
	}
}

// offer queues those of the Ingresses whose status has to change.
func (s *statuses) offer(ingresses []*networkingv1.Ingress, served map[types.UID]bool) {
	for _, ingress := range ingresses {
		if _, isDue := due(ingress, served[ingress.UID], s.address); isDue {
			s.queue.Add(types.NamespacedName{Namespace: ingress.Namespace, Name: ingress.Name})
		}
	}
}

// write tells whether the status is as it has to be; a conflict means that a newer version of
// the Ingress is on its way here.
func (s *statuses) write(ctx context.Context, key types.NamespacedName) bool {
	ingress, isServed := s.find(key)
	if ingress == nil {
		return true
	}
	wanted, isDue := due(ingress, isServed, s.address)
	if !isDue {
		return true
	}
	changed := ingress.DeepCopy()
	changed.Status.LoadBalancer.Ingress = wanted
	_, err := s.client.NetworkingV1().Ingresses(key.Namespace).UpdateStatus(ctx, changed, metav1.UpdateOptions{})
	if err == nil || errors.IsNotFound(err) || ctx.Err() != nil {
		return true
	}
	if !errors.IsConflict(err) {
		slog.Warn("an Ingress's status could not be written", "ingress", key.String(), "error", err)
	}
	return false
}

// due is the status that an Ingress has to have, and whether it has another one. What another
// controller wrote into an Ingress that is not served here is left alone.
func due(ingress *networkingv1.Ingress, isServed bool, address string) ([]networkingv1.IngressLoadBalancerIngress, bool) {
	found := ingress.Status.LoadBalancer.Ingress
	isOurAddress := len(found) == 1 && found[0].IP == address && found[0].Hostname == ""
	if !isServed {
		return nil, isOurAddress
	}
	return []networkingv1.IngressLoadBalancerIngress{{IP: address}}, !isOurAddress
}
