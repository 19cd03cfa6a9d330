#!/bin/sh
# A data set in the CASIA layout, from its files to a report, without the licensed data:
#     examples/casia.sh FOLDER [SUBJECTS]
# writes rendered people as CASIA NIR-VIS 2.0 lies on a disk (broken files included), looks them
# over, and runs fold 1 of View 2. The training is far too short to mean anything; leave out the
# --set options and name your own folder for the real thing.
set -eu
folder=$1
subjects=${2:-60}

bench faces "$folder/casia" --layout casia --subjects "$subjects" --side-px 160 --mess
bench doctor --data "casia:$folder/casia" --variants A,B --out "$folder"
bench run-all --data "casia:$folder/casia" --protocol casia-view2 --fold 1 --variants A,B \
    --set generator.steps=12 --set generator.side_px=32 --set generator.width=8 \
    --set generator.blocks=1 --set generator.sample_every_steps=6 \
    --set pretrain.subjects=4 --set pretrain.images_per_subject=4 --set pretrain.steps=3 \
    --set pretrain.batch=8 --set recognizer.steps=3 --set recognizer.batch=8 \
    --set quality.images=40 --out "$folder/runs/casia"
