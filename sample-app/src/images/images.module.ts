import { Module } from '@nestjs/common';
import { ImageAnalyst } from './image-analyst.js';
import { ImagesController } from './images.controller.js';

@Module({ controllers: [ImagesController], providers: [ImageAnalyst] })
export class ImagesModule {}
