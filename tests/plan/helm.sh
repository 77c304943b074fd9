#!/bin/sh
# As far as reading a plan goes, helm.
echo v3.19.0
