// Package check holds the tests of this repository: who may do what in Argo CD, and what must hold for production.
package check
