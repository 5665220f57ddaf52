package ingress

import (
	"context"
	"log/slog"

	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// writeStatus gives each Ingress that is ours the address by which it is reached, and takes
// it from those that are ours no more.
func (c *controller) writeStatus(ctx context.Context, all, ours []*networkingv1.Ingress) {
	mine := make(map[*networkingv1.Ingress]bool, len(ours))
	for _, ingress := range ours {
		mine[ingress] = true
	}
	for _, ingress := range all {
		var wanted []networkingv1.IngressLoadBalancerIngress
		if mine[ingress] {
			wanted = []networkingv1.IngressLoadBalancerIngress{{IP: c.address}}
		}
		if !c.mustWrite(ingress, wanted) {
			continue
		}
		changed := ingress.DeepCopy()
		changed.Status.LoadBalancer.Ingress = wanted
		_, err := c.client.NetworkingV1().Ingresses(changed.Namespace).UpdateStatus(ctx, changed, metav1.UpdateOptions{})
		if err != nil && !errors.IsNotFound(err) && !errors.IsConflict(err) && ctx.Err() == nil {
			slog.Warn("an Ingress's status could not be written", "ingress", ingress.Namespace+"/"+ingress.Name, "error", err)
		}
	}
}

// mustWrite leaves alone what another controller wrote into an Ingress that is not ours.
func (c *controller) mustWrite(ingress *networkingv1.Ingress, wanted []networkingv1.IngressLoadBalancerIngress) bool {
	found := ingress.Status.LoadBalancer.Ingress
	isOurAddress := len(found) == 1 && found[0].IP == c.address && found[0].Hostname == ""
	if len(wanted) == 0 {
		return isOurAddress
	}
	return !isOurAddress
}
