"""mendixctl: plan, apply and roll back Mendix environments on AWS."""
