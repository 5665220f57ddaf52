package ingress

import (
	networkingv1 "k8s.io/api/networking/v1"
)

// Controller is the name by which an IngressClass chooses this controller.
const Controller = "storeweaver.dev/ingress"

const classAnnotation = "kubernetes.io/ingress.class"

// ours are those of the Ingresses that ask for this controller: by class, by the older
// annotation, or by neither where a class of ours is the default one.
func ours(ingresses []*networkingv1.Ingress, classes []*networkingv1.IngressClass) []*networkingv1.Ingress {
	names := map[string]bool{}
	isDefault := false
	for _, class := range classes {
		if class.Spec.Controller == Controller {
			names[class.Name] = true
			isDefault = isDefault || class.Annotations[networkingv1.AnnotationIsDefaultIngressClass] == "true"
		}
	}
	var found []*networkingv1.Ingress
	for _, ingress := range ingresses {
		annotation, isAnnotated := ingress.Annotations[classAnnotation]
		var isOurs bool
		switch {
		case ingress.Spec.IngressClassName != nil:
			isOurs = names[*ingress.Spec.IngressClassName]
		case isAnnotated:
			isOurs = names[annotation]
		default:
			isOurs = isDefault
		}
		if isOurs {
			found = append(found, ingress)
		}
	}
	return found
}
