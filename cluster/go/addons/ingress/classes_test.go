package ingress

import (
	"testing"

	networkingv1 "k8s.io/api/networking/v1"
)

func TestOnlyIngressesOfOurClassAreServed(t *testing.T) {
	for name, c := range map[string]struct {
		class, annotation *string
		isDefault, isOurs bool
	}{
		"class":                          {class: new("ours"), isOurs: true},
		"class of another":               {class: new("foreign"), isDefault: true},
		"class that is nowhere":          {class: new("nowhere"), isDefault: true},
		"annotation":                     {annotation: new("ours"), isOurs: true},
		"annotation of another":          {annotation: new("foreign"), isDefault: true},
		"class before annotation":        {class: new("foreign"), annotation: new("ours")},
		"neither, and we are default":    {isDefault: true, isOurs: true},
		"neither, and nobody is default": {},
	} {
		ingress := ingressOf("a", 0)
		ingress.Spec.IngressClassName = c.class
		if c.annotation != nil {
			ingress.Annotations = map[string]string{classAnnotation: *c.annotation}
		}
		objects := world(ingress)
		if c.isDefault {
			objects.Classes[0].Annotations[networkingv1.AnnotationIsDefaultIngressClass] = "true"
		}
		if isOurs := len(Build(objects).Ours) == 1; isOurs != c.isOurs {
			t.Errorf("%s: served %v", name, isOurs)
		}
	}
}

func TestAnotherControllersDefaultClassIsNotOurs(t *testing.T) {
	ingress := ingressOf("a", 0)
	ingress.Spec.IngressClassName = nil
	objects := world(ingress)
	objects.Classes[1].Annotations[networkingv1.AnnotationIsDefaultIngressClass] = "true"
	if len(Build(objects).Ours) != 0 {
		t.Fatal("it was served")
	}
}
